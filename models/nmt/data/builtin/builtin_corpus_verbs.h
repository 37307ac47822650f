#pragma once

#include "models/nmt/data/builtin/builtin_corpus_grammar.h"

/// The verbs of the built-in corpus.
namespace weft::nmt::lexicon {

using grammar::Verb;

// A verb is two lines: infinitive, present, participle, whether with "être", preposition; and in English base, third
// person, -ing, past, participle, preposition.
// clang-format off

// States.
inline constexpr Verb etre{ "être", {"suis", "es", "est", "sommes", "êtes", "sont"}, "été", false, "",
    "be", "is", "being", "was", "been", ""};
inline constexpr Verb avoir{ "avoir", {"ai", "as", "a", "avons", "avez", "ont"}, "eu", false, "",
    "have", "has", "having", "had", "had", ""};
inline constexpr Verb vouloir{"vouloir", {"veux", "veux", "veut", "voulons", "voulez", "veulent"}, "voulu", false, "",
    "want", "wants", "wanting", "wanted", "wanted", ""};
inline constexpr Verb pouvoir{ "pouvoir", {"peux", "peux", "peut", "pouvons", "pouvez", "peuvent"}, "pu", false, "",
    "can", "can", "", "could", "", ""};
inline constexpr Verb devoir{"devoir", {"dois", "dois", "doit", "devons", "devez", "doivent"}, "dû", false, "",
    "have to", "has to", "", "had to", "", ""};
inline constexpr Verb savoir{"savoir", {"sais", "sais", "sait", "savons", "savez", "savent"}, "su", false, "",
    "know", "knows", "knowing", "knew", "known", ""};
inline constexpr Verb connaitre{ "connaître", {"connais", "connais", "connaît", "connaissons", "connaissez", "connaissent"}, "connu", false, "",
    "know", "knows", "knowing", "knew", "known", ""};
inline constexpr Verb comprendre{"comprendre", {"comprends", "comprends", "comprend", "comprenons", "comprenez", "comprennent"}, "compris", false, "",
    "understand", "understands", "understanding", "understood", "understood", ""};
inline constexpr Verb aimer{"aimer", {"aime", "aimes", "aime", "aimons", "aimez", "aiment"}, "aimé", false, "",
    "like", "likes", "liking", "liked", "liked", ""};
inline constexpr Verb preferer{"préférer", {"préfère", "préfères", "préfère", "préférons", "préférez", "préfèrent"}, "préféré", false, "",
    "prefer", "prefers", "preferring", "preferred", "preferred", ""};
inline constexpr Verb penser{"penser", {"pense", "penses", "pense", "pensons", "pensez", "pensent"}, "pensé", false, "",
    "think", "thinks", "thinking", "thought", "thought", ""};
inline constexpr Verb habiter{"habiter", {"habite", "habites", "habite", "habitons", "habitez", "habitent"}, "habité", false, "",
    "live", "lives", "living", "lived", "lived", ""};
inline constexpr Verb parler{"parler", {"parle", "parles", "parle", "parlons", "parlez", "parlent"}, "parlé", false, "",
    "speak", "speaks", "speaking", "spoke", "spoken", ""};

// Activities.
inline constexpr Verb manger{"manger", {"mange", "manges", "mange", "mangeons", "mangez", "mangent"}, "mangé", false, "",
    "eat", "eats", "eating", "ate", "eaten", ""};
inline constexpr Verb boire{"boire", {"bois", "bois", "boit", "buvons", "buvez", "boivent"}, "bu", false, "",
    "drink", "drinks", "drinking", "drank", "drunk", ""};
inline constexpr Verb lire{"lire", {"lis", "lis", "lit", "lisons", "lisez", "lisent"}, "lu", false, "",
    "read", "reads", "reading", "read", "read", ""};
inline constexpr Verb ecrire{"écrire", {"écris", "écris", "écrit", "écrivons", "écrivez", "écrivent"}, "écrit", false, "",
    "write", "writes", "writing", "wrote", "written", ""};
inline constexpr Verb regarder{"regarder", {"regarde", "regardes", "regarde", "regardons", "regardez", "regardent"}, "regardé", false, "",
    "watch", "watches", "watching", "watched", "watched", ""};
inline constexpr Verb ecouter{"écouter", {"écoute", "écoutes", "écoute", "écoutons", "écoutez", "écoutent"}, "écouté", false, "",
    "listen", "listens", "listening", "listened", "listened", "to"};
inline constexpr Verb chercher{"chercher", {"cherche", "cherches", "cherche", "cherchons", "cherchez", "cherchent"}, "cherché", false, "",
    "look", "looks", "looking", "looked", "looked", "for"};
inline constexpr Verb acheter{"acheter", {"achète", "achètes", "achète", "achetons", "achetez", "achètent"}, "acheté", false, "",
    "buy", "buys", "buying", "bought", "bought", ""};
inline constexpr Verb attendre{"attendre", {"attends", "attends", "attend", "attendons", "attendez", "attendent"}, "attendu", false, "",
    "wait", "waits", "waiting", "waited", "waited", "for"};
inline constexpr Verb faire{"faire", {"fais", "fais", "fait", "faisons", "faites", "font"}, "fait", false, "",
    "do", "does", "doing", "did", "done", ""};
inline constexpr Verb dormir{"dormir", {"dors", "dors", "dort", "dormons", "dormez", "dorment"}, "dormi", false, "",
    "sleep", "sleeps", "sleeping", "slept", "slept", ""};
inline constexpr Verb travailler{"travailler", {"travaille", "travailles", "travaille", "travaillons", "travaillez", "travaillent"}, "travaillé", false, "",
    "work", "works", "working", "worked", "worked", ""};
inline constexpr Verb chanter{"chanter", {"chante", "chantes", "chante", "chantons", "chantez", "chantent"}, "chanté", false, "",
    "sing", "sings", "singing", "sang", "sung", ""};
inline constexpr Verb nager{"nager", {"nage", "nages", "nage", "nageons", "nagez", "nagent"}, "nagé", false, "",
    "swim", "swims", "swimming", "swam", "swum", ""};
inline constexpr Verb jouer{"jouer", {"joue", "joues", "joue", "jouons", "jouez", "jouent"}, "joué", false, "",
    "play", "plays", "playing", "played", "played", ""};
inline constexpr Verb apprendre{ "apprendre", {"apprends", "apprends", "apprend", "apprenons", "apprenez", "apprennent"}, "appris", false, "",
    "learn", "learns", "learning", "learned", "learned", ""};
inline constexpr Verb parler_a{"parler", {"parle", "parles", "parle", "parlons", "parlez", "parlent"}, "parlé", false, "à",
    "talk", "talks", "talking", "talked", "talked", "to"};
inline constexpr Verb prendre{"prendre", {"prends", "prends", "prend", "prenons", "prenez", "prennent"}, "pris", false, "",
    "take", "takes", "taking", "took", "taken", ""};
inline constexpr Verb aider{"aider", {"aide", "aides", "aide", "aidons", "aidez", "aident"}, "aidé", false, "",
    "help", "helps", "helping", "helped", "helped", ""};
inline constexpr Verb donner{"donner", {"donne", "donnes", "donne", "donnons", "donnez", "donnent"}, "donné", false, "",
    "give", "gives", "giving", "gave", "given", ""};

// Events, seen as a whole: the corpus has only the imperative of their present.
inline constexpr Verb ouvrir{"ouvrir", {"", "ouvres", "", "ouvrons", "ouvrez", ""}, "ouvert", false, "",
    "open", "opens", "opening", "opened", "opened", ""};
inline constexpr Verb fermer{"fermer", {"", "fermes", "", "fermons", "fermez", ""}, "fermé", false, "",
    "close", "closes", "closing", "closed", "closed", ""};
inline constexpr Verb finir{"finir", {"", "finis", "", "finissons", "finissez", ""}, "fini", false, "",
    "finish", "finishes", "finishing", "finished", "finished", ""};
inline constexpr Verb oublier{"oublier", {"", "oublies", "", "oublions", "oubliez", ""}, "oublié", false, "",
    "forget", "forgets", "forgetting", "forgot", "forgotten", ""};
inline constexpr Verb perdre{"perdre", {}, "perdu", false, "",
    "lose", "loses", "losing", "lost", "lost", ""};
inline constexpr Verb trouver{"trouver", {}, "trouvé", false, "",
    "find", "finds", "finding", "found", "found", ""};
inline constexpr Verb voir{"voir", {}, "vu", false, "",
    "see", "sees", "seeing", "saw", "seen", ""};

// Movements.
inline constexpr Verb aller{ "aller", {"vais", "vas", "va", "allons", "allez", "vont"}, "allé", true, "",
    "go", "goes", "going", "went", "been", ""};
inline constexpr Verb venir{"venir", {"viens", "viens", "vient", "venons", "venez", "viennent"}, "venu", true, "",
    "come", "comes", "coming", "came", "come", ""};
inline constexpr Verb partir{"partir", {"pars", "pars", "part", "partons", "partez", "partent"}, "parti", true, "",
    "leave", "leaves", "leaving", "left", "left", ""};
inline constexpr Verb arriver{"arriver", {"arrive", "arrives", "arrive", "arrivons", "arrivez", "arrivent"}, "arrivé", true, "",
    "arrive", "arrives", "arriving", "arrived", "arrived", ""};
inline constexpr Verb rester{"rester", {"reste", "restes", "reste", "restons", "restez", "restent"}, "resté", true, "",
    "stay", "stays", "staying", "stayed", "stayed", ""};
// clang-format on

}  // namespace weft::nmt::lexicon
