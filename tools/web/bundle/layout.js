// What the pages use of other projects: layered layout, and panning and zooming by mouse, wheel and touch.
export { default as dagre } from "@dagrejs/dagre";
export { select } from "d3-selection";
export { zoom, zoomIdentity } from "d3-zoom";
