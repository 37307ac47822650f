#!/usr/bin/env bash
# `weft new`: what it writes and refuses. That what it writes builds, and learns, is seen by the test `install`.
#
#   new_test.sh WEFT
set -euo pipefail
source "$(dirname "$0")/../helpers.sh"
weft=$tool

passes "$weft" new models/my-model2
prints 'build/my-model2'
prints 'cd models/my-model2'
for file in CMakeLists.txt README.md .gitignore data.h data.cpp model.h model.cpp train.cpp model_test.cpp; do
  [[ -s models/my-model2/$file ]] || fail "$file is missing"
done
grep -qF 'add_executable(my-model2 train.cpp)' models/my-model2/CMakeLists.txt || fail "the target has another name"
grep -rqF my_model models && fail "the template's name is left:" "$(grep -rF my_model models)"

# An empty folder will do, by any of its names.
mkdir -p here/there
(cd here/there && "$weft" new . >../../out 2>../../err) || fail "an empty folder will not do" "$(<err)"
prints 'build/there'
passes "$weft" new with/a/slash/
prints 'build/slash'

refuses 1 "'models/my-model2' exists and is no empty folder" new models/my-model2
touch file
refuses 1 "'file' exists and is no empty folder" new file
refuses 1 "'2models' is no name for a project: a letter is needed" new 2models
refuses 1 "'my model' is no name" new 'my model'
refuses 1 "'modèle' is no name" new modèle
refuses 1 "'test' is no name for a project: CMake has a target of that name" new test
refuses 1 "cannot make the folder 'file/model'" new file/model
refuses 2 "directory" new
[[ ! -e 2models && ! -e test ]] || fail "a folder is left of what was refused"

finish
