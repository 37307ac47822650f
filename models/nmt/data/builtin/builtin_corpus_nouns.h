#pragma once

#include "models/nmt/data/builtin/builtin_corpus_grammar.h"

/// The nouns and adjectives of the built-in corpus.
namespace weft::nmt::lexicon {

using grammar::Adjective;
using grammar::Gender;
using grammar::Noun;
using grammar::Position;

inline constexpr Gender m = Gender::masculine;
inline constexpr Gender f = Gender::feminine;

// --- Nouns: French singular, plural, gender, English singular, plural ---

// What is eaten and drunk.
inline constexpr Noun pomme{"pomme", "pommes", f, "apple", "apples"};
inline constexpr Noun orange{"orange", "oranges", f, "orange", "oranges"};
inline constexpr Noun oeuf{"œuf", "œufs", m, "egg", "eggs"};
inline constexpr Noun gateau{"gâteau", "", m, "cake", "cakes"};
inline constexpr Noun pain{"pain", "", m, "bread", ""};
inline constexpr Noun fromage{"fromage", "", m, "cheese", ""};
inline constexpr Noun viande{"viande", "", f, "meat", ""};
inline constexpr Noun poisson{"poisson", "", m, "fish", ""};
inline constexpr Noun soupe{"soupe", "", f, "soup", ""};
inline constexpr Noun chocolat{"chocolat", "", m, "chocolate", ""};
inline constexpr Noun the{"thé", "", m, "tea", ""};
inline constexpr Noun cafe{"café", "", m, "coffee", ""};
inline constexpr Noun eau{"eau", "", f, "water", ""};
inline constexpr Noun lait{"lait", "", m, "milk", ""};
inline constexpr Noun vin{"vin", "", m, "wine", ""};

// What is read, watched and listened to.
inline constexpr Noun livre{"livre", "livres", m, "book", "books"};
inline constexpr Noun journal{"journal", "", m, "newspaper", ""};
inline constexpr Noun lettre{"lettre", "lettres", f, "letter", "letters"};
inline constexpr Noun histoire{"histoire", "", f, "story", ""};
inline constexpr Noun film{"film", "films", m, "movie", "movies"};
inline constexpr Noun photo{"photo", "photos", f, "picture", "pictures"};
inline constexpr Noun musique{"musique", "", f, "music", ""};
inline constexpr Noun question{"question", "", f, "question", ""};

// What one owns.
inline constexpr Noun voiture{"voiture", "voitures", f, "car", "cars"};
inline constexpr Noun velo{"vélo", "", m, "bike", ""};
inline constexpr Noun maison{"maison", "", f, "house", ""};
inline constexpr Noun sac{"sac", "", m, "bag", ""};
inline constexpr Noun montre{"montre", "", f, "watch", ""};
inline constexpr Noun ordinateur{"ordinateur", "", m, "computer", ""};
inline constexpr Noun telephone{"téléphone", "", m, "phone", ""};
inline constexpr Noun parapluie{"parapluie", "", m, "umbrella", ""};
inline constexpr Noun cle{"clé", "clés", f, "key", "keys"};
inline constexpr Noun stylo{"stylo", "stylos", m, "pen", "pens"};
inline constexpr Noun argent{"argent", "", m, "money", ""};
inline constexpr Noun chat{"chat", "chats", m, "cat", "cats"};
inline constexpr Noun chien{"chien", "chiens", m, "dog", "dogs"};
inline constexpr Noun oiseau{"oiseau", "oiseaux", m, "bird", "birds"};
inline constexpr Noun travail{"travail", "", m, "work", ""};
inline constexpr Noun devoirs{"", "devoirs", m, "", "homework"};

// What one wears.
inline constexpr Noun robe{"robe", "", f, "dress", ""};
inline constexpr Noun chapeau{"chapeau", "", m, "hat", ""};
inline constexpr Noun chaussure{"", "chaussures", f, "", "shoes"};

// The house and the town.
inline constexpr Noun table{"table", "", f, "table", ""};
inline constexpr Noun chambre{"chambre", "", f, "room", ""};
inline constexpr Noun cuisine{"cuisine", "", f, "kitchen", ""};
inline constexpr Noun jardin{"jardin", "", m, "garden", ""};
inline constexpr Noun porte{"porte", "", f, "door", ""};
inline constexpr Noun fenetre{"fenêtre", "", f, "window", ""};
inline constexpr Noun ville{"ville", "", f, "city", ""};
inline constexpr Noun gare{"gare", "", f, "station", ""};
inline constexpr Noun banque{"banque", "", f, "bank", ""};
inline constexpr Noun ecole{"école", "", f, "school", ""};
inline constexpr Noun hotel{"hôtel", "", m, "hotel", ""};
inline constexpr Noun hopital{"hôpital", "", m, "hospital", ""};
inline constexpr Noun restaurant{"restaurant", "", m, "restaurant", ""};
inline constexpr Noun musee{"musée", "", m, "museum", ""};
inline constexpr Noun magasin{"magasin", "", m, "store", ""};
inline constexpr Noun bibliotheque{"bibliothèque", "", f, "library", ""};
inline constexpr Noun parc{"parc", "", m, "park", ""};
inline constexpr Noun bus{"bus", "", m, "bus", ""};
inline constexpr Noun train{"train", "", m, "train", ""};

// People.
inline constexpr Noun homme{"homme", "hommes", m, "man", "men"};
inline constexpr Noun femme{"femme", "femmes", f, "woman", "women"};
inline constexpr Noun garcon{"garçon", "", m, "boy", ""};
inline constexpr Noun fille{"fille", "filles", f, "girl", "girls"};
inline constexpr Noun enfant{"enfant", "enfants", m, "child", "children"};
inline constexpr Noun pere{"père", "", m, "father", ""};
inline constexpr Noun mere{"mère", "", f, "mother", ""};
inline constexpr Noun parents{"", "parents", m, "", "parents"};
inline constexpr Noun frere{"frère", "frères", m, "brother", "brothers"};
inline constexpr Noun soeur{"sœur", "sœurs", f, "sister", "sisters"};
inline constexpr Noun ami{"ami", "amis", m, "friend", "friends"};
inline constexpr Noun amie{"amie", "amies", f, "friend", "friends"};
inline constexpr Noun voisin{"voisin", "", m, "neighbor", ""};
inline constexpr Noun voisine{"voisine", "", f, "neighbor", ""};
inline constexpr Noun professeur{"professeur", "professeurs", m, "teacher", "teachers"};
inline constexpr Noun medecin{"médecin", "médecins", m, "doctor", "doctors"};

// --- Adjectives: masculine, feminine, their plurals, English, comparative, position, gradable, temporary ---
// clang-format off

inline constexpr Position before = Position::before;
inline constexpr Position after = Position::after;

// Of people.
inline constexpr Adjective fatigue{"fatigué", "fatiguée", "fatigués", "fatiguées",
    "tired", "more tired", after, true, true};
inline constexpr Adjective content{"content", "contente", "contents", "contentes",
    "happy", "happier", after, true, true};
inline constexpr Adjective triste{"triste", "triste", "tristes", "tristes", "sad", "sadder", after, true, true};
inline constexpr Adjective malade{"malade", "malade", "malades", "malades", "sick", "sicker", after, true, true};
inline constexpr Adjective occupe{"occupé", "occupée", "occupés", "occupées", "busy", "busier", after, true, true};
inline constexpr Adjective tall{"grand", "grande", "grands", "grandes", "tall", "taller", before, true, false};
inline constexpr Adjective petit{"petit", "petite", "petits", "petites", "short", "shorter", before, true, false};
inline constexpr Adjective jeune{"jeune", "jeune", "jeunes", "jeunes", "young", "younger", before, true, false};
inline constexpr Adjective vieux{"vieux", "vieille", "vieux", "vieilles", "old", "older", before, true, false};
inline constexpr Adjective riche{"riche", "riche", "riches", "riches", "rich", "richer", after, true, false};
inline constexpr Adjective drole{"drôle", "drôle", "drôles", "drôles", "funny", "funnier", after, true, false};
inline constexpr Adjective intelligent{"intelligent", "intelligente", "intelligents", "intelligentes",
    "intelligent", "more intelligent", after, true, false};
inline constexpr Adjective francais{"français", "française", "français", "françaises",
    "French", "", after, false, false};

// Of things.
inline constexpr Adjective big{"grand", "grande", "grands", "grandes", "big", "bigger", before, true, false};
inline constexpr Adjective small{"petit", "petite", "petits", "petites", "small", "smaller", before, true, false};
inline constexpr Adjective beau{"beau", "belle", "beaux", "belles",
    "beautiful", "more beautiful", before, true, false};
inline constexpr Adjective nouveau{"nouveau", "nouvelle", "nouveaux", "nouvelles",
    "new", "newer", before, false, false};
inline constexpr Adjective bon{"bon", "bonne", "bons", "bonnes", "good", "better", before, true, false};
inline constexpr Adjective cher{"cher", "chère", "chers", "chères",
    "expensive", "more expensive", after, true, false};
inline constexpr Adjective rouge{"rouge", "rouge", "rouges", "rouges", "red", "", after, false, false};
inline constexpr Adjective bleu{"bleu", "bleue", "bleus", "bleues", "blue", "", after, false, false};
inline constexpr Adjective noir{"noir", "noire", "noirs", "noires", "black", "", after, false, false};
inline constexpr Adjective interessant{"intéressant", "intéressante", "intéressants", "intéressantes",
    "interesting", "more interesting", after, true, false};
inline constexpr Adjective difficile{"difficile", "difficile", "difficiles", "difficiles",
    "difficult", "more difficult", after, true, false};
inline constexpr Adjective chaud{"chaud", "chaude", "chauds", "chaudes", "hot", "hotter", after, true, false};
inline constexpr Adjective froid{"froid", "froide", "froids", "froides", "cold", "colder", after, true, false};
inline constexpr Adjective ouvert{"ouvert", "ouverte", "ouverts", "ouvertes", "open", "", after, false, true};
inline constexpr Adjective ferme{"fermé", "fermée", "fermés", "fermées", "closed", "", after, false, true};
// clang-format on

}  // namespace weft::nmt::lexicon
