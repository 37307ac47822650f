#pragma once

#include "models/nmt/data/builtin/builtin_corpus_grammar.h"

/// The nouns and adjectives of the built-in corpus.
namespace weft::nmt::lexicon {

using grammar::Adjective;
using grammar::Gender;
using grammar::Noun;
using grammar::Position;

inline constexpr Gender kM = Gender::kMasculine;
inline constexpr Gender kF = Gender::kFeminine;

// --- Nouns: French singular, plural, gender, English singular, plural ---

// What is eaten and drunk.
inline constexpr Noun kPomme{"pomme", "pommes", kF, "apple", "apples"};
inline constexpr Noun kOrange{"orange", "oranges", kF, "orange", "oranges"};
inline constexpr Noun kOeuf{"œuf", "œufs", kM, "egg", "eggs"};
inline constexpr Noun kGateau{"gâteau", "", kM, "cake", "cakes"};
inline constexpr Noun kPain{"pain", "", kM, "bread", ""};
inline constexpr Noun kFromage{"fromage", "", kM, "cheese", ""};
inline constexpr Noun kViande{"viande", "", kF, "meat", ""};
inline constexpr Noun kPoisson{"poisson", "", kM, "fish", ""};
inline constexpr Noun kSoupe{"soupe", "", kF, "soup", ""};
inline constexpr Noun kChocolat{"chocolat", "", kM, "chocolate", ""};
inline constexpr Noun kThe{"thé", "", kM, "tea", ""};
inline constexpr Noun kCafe{"café", "", kM, "coffee", ""};
inline constexpr Noun kEau{"eau", "", kF, "water", ""};
inline constexpr Noun kLait{"lait", "", kM, "milk", ""};
inline constexpr Noun kVin{"vin", "", kM, "wine", ""};

// What is read, watched and listened to.
inline constexpr Noun kLivre{"livre", "livres", kM, "book", "books"};
inline constexpr Noun kJournal{"journal", "", kM, "newspaper", ""};
inline constexpr Noun kLettre{"lettre", "lettres", kF, "letter", "letters"};
inline constexpr Noun kHistoire{"histoire", "", kF, "story", ""};
inline constexpr Noun kFilm{"film", "films", kM, "movie", "movies"};
inline constexpr Noun kPhoto{"photo", "photos", kF, "picture", "pictures"};
inline constexpr Noun kMusique{"musique", "", kF, "music", ""};
inline constexpr Noun kQuestion{"question", "", kF, "question", ""};

// What one owns.
inline constexpr Noun kVoiture{"voiture", "voitures", kF, "car", "cars"};
inline constexpr Noun kVelo{"vélo", "", kM, "bike", ""};
inline constexpr Noun kMaison{"maison", "", kF, "house", ""};
inline constexpr Noun kSac{"sac", "", kM, "bag", ""};
inline constexpr Noun kMontre{"montre", "", kF, "watch", ""};
inline constexpr Noun kOrdinateur{"ordinateur", "", kM, "computer", ""};
inline constexpr Noun kTelephone{"téléphone", "", kM, "phone", ""};
inline constexpr Noun kParapluie{"parapluie", "", kM, "umbrella", ""};
inline constexpr Noun kCle{"clé", "clés", kF, "key", "keys"};
inline constexpr Noun kStylo{"stylo", "stylos", kM, "pen", "pens"};
inline constexpr Noun kArgent{"argent", "", kM, "money", ""};
inline constexpr Noun kChat{"chat", "chats", kM, "cat", "cats"};
inline constexpr Noun kChien{"chien", "chiens", kM, "dog", "dogs"};
inline constexpr Noun kOiseau{"oiseau", "oiseaux", kM, "bird", "birds"};
inline constexpr Noun kTravail{"travail", "", kM, "work", ""};
inline constexpr Noun kDevoirs{"", "devoirs", kM, "", "homework"};

// What one wears.
inline constexpr Noun kRobe{"robe", "", kF, "dress", ""};
inline constexpr Noun kChapeau{"chapeau", "", kM, "hat", ""};
inline constexpr Noun kChaussure{"", "chaussures", kF, "", "shoes"};

// The house and the town.
inline constexpr Noun kTable{"table", "", kF, "table", ""};
inline constexpr Noun kChambre{"chambre", "", kF, "room", ""};
inline constexpr Noun kCuisine{"cuisine", "", kF, "kitchen", ""};
inline constexpr Noun kJardin{"jardin", "", kM, "garden", ""};
inline constexpr Noun kPorte{"porte", "", kF, "door", ""};
inline constexpr Noun kFenetre{"fenêtre", "", kF, "window", ""};
inline constexpr Noun kVille{"ville", "", kF, "city", ""};
inline constexpr Noun kGare{"gare", "", kF, "station", ""};
inline constexpr Noun kBanque{"banque", "", kF, "bank", ""};
inline constexpr Noun kEcole{"école", "", kF, "school", ""};
inline constexpr Noun kHotel{"hôtel", "", kM, "hotel", ""};
inline constexpr Noun kHopital{"hôpital", "", kM, "hospital", ""};
inline constexpr Noun kRestaurant{"restaurant", "", kM, "restaurant", ""};
inline constexpr Noun kMusee{"musée", "", kM, "museum", ""};
inline constexpr Noun kMagasin{"magasin", "", kM, "store", ""};
inline constexpr Noun kBibliotheque{"bibliothèque", "", kF, "library", ""};
inline constexpr Noun kParc{"parc", "", kM, "park", ""};
inline constexpr Noun kBus{"bus", "", kM, "bus", ""};
inline constexpr Noun kTrain{"train", "", kM, "train", ""};

// People.
inline constexpr Noun kHomme{"homme", "hommes", kM, "man", "men"};
inline constexpr Noun kFemme{"femme", "femmes", kF, "woman", "women"};
inline constexpr Noun kGarcon{"garçon", "", kM, "boy", ""};
inline constexpr Noun kFille{"fille", "filles", kF, "girl", "girls"};
inline constexpr Noun kEnfant{"enfant", "enfants", kM, "child", "children"};
inline constexpr Noun kPere{"père", "", kM, "father", ""};
inline constexpr Noun kMere{"mère", "", kF, "mother", ""};
inline constexpr Noun kParents{"", "parents", kM, "", "parents"};
inline constexpr Noun kFrere{"frère", "frères", kM, "brother", "brothers"};
inline constexpr Noun kSoeur{"sœur", "sœurs", kF, "sister", "sisters"};
inline constexpr Noun kAmi{"ami", "amis", kM, "friend", "friends"};
inline constexpr Noun kAmie{"amie", "amies", kF, "friend", "friends"};
inline constexpr Noun kVoisin{"voisin", "", kM, "neighbor", ""};
inline constexpr Noun kVoisine{"voisine", "", kF, "neighbor", ""};
inline constexpr Noun kProfesseur{"professeur", "professeurs", kM, "teacher", "teachers"};
inline constexpr Noun kMedecin{"médecin", "médecins", kM, "doctor", "doctors"};

// --- Adjectives: masculine, feminine, their plurals, English, comparative, position, gradable, temporary ---
// clang-format off

inline constexpr Position kBefore = Position::kBefore;
inline constexpr Position kAfter = Position::kAfter;

// Of people.
inline constexpr Adjective kFatigue{"fatigué", "fatiguée", "fatigués", "fatiguées",
    "tired", "more tired", kAfter, true, true};
inline constexpr Adjective kContent{"content", "contente", "contents", "contentes",
    "happy", "happier", kAfter, true, true};
inline constexpr Adjective kTriste{"triste", "triste", "tristes", "tristes", "sad", "sadder", kAfter, true, true};
inline constexpr Adjective kMalade{"malade", "malade", "malades", "malades", "sick", "sicker", kAfter, true, true};
inline constexpr Adjective kOccupe{"occupé", "occupée", "occupés", "occupées", "busy", "busier", kAfter, true, true};
inline constexpr Adjective kTall{"grand", "grande", "grands", "grandes", "tall", "taller", kBefore, true, false};
inline constexpr Adjective kShort{"petit", "petite", "petits", "petites", "short", "shorter", kBefore, true, false};
inline constexpr Adjective kJeune{"jeune", "jeune", "jeunes", "jeunes", "young", "younger", kBefore, true, false};
inline constexpr Adjective kVieux{"vieux", "vieille", "vieux", "vieilles", "old", "older", kBefore, true, false};
inline constexpr Adjective kRiche{"riche", "riche", "riches", "riches", "rich", "richer", kAfter, true, false};
inline constexpr Adjective kDrole{"drôle", "drôle", "drôles", "drôles", "funny", "funnier", kAfter, true, false};
inline constexpr Adjective kIntelligent{"intelligent", "intelligente", "intelligents", "intelligentes",
    "intelligent", "more intelligent", kAfter, true, false};
inline constexpr Adjective kFrancais{"français", "française", "français", "françaises",
    "French", "", kAfter, false, false};

// Of things.
inline constexpr Adjective kBig{"grand", "grande", "grands", "grandes", "big", "bigger", kBefore, true, false};
inline constexpr Adjective kSmall{"petit", "petite", "petits", "petites", "small", "smaller", kBefore, true, false};
inline constexpr Adjective kBeau{"beau", "belle", "beaux", "belles",
    "beautiful", "more beautiful", kBefore, true, false};
inline constexpr Adjective kNouveau{"nouveau", "nouvelle", "nouveaux", "nouvelles",
    "new", "newer", kBefore, false, false};
inline constexpr Adjective kBon{"bon", "bonne", "bons", "bonnes", "good", "better", kBefore, true, false};
inline constexpr Adjective kCher{"cher", "chère", "chers", "chères",
    "expensive", "more expensive", kAfter, true, false};
inline constexpr Adjective kRouge{"rouge", "rouge", "rouges", "rouges", "red", "", kAfter, false, false};
inline constexpr Adjective kBleu{"bleu", "bleue", "bleus", "bleues", "blue", "", kAfter, false, false};
inline constexpr Adjective kNoir{"noir", "noire", "noirs", "noires", "black", "", kAfter, false, false};
inline constexpr Adjective kInteressant{"intéressant", "intéressante", "intéressants", "intéressantes",
    "interesting", "more interesting", kAfter, true, false};
inline constexpr Adjective kDifficile{"difficile", "difficile", "difficiles", "difficiles",
    "difficult", "more difficult", kAfter, true, false};
inline constexpr Adjective kChaud{"chaud", "chaude", "chauds", "chaudes", "hot", "hotter", kAfter, true, false};
inline constexpr Adjective kFroid{"froid", "froide", "froids", "froides", "cold", "colder", kAfter, true, false};
inline constexpr Adjective kOuvert{"ouvert", "ouverte", "ouverts", "ouvertes", "open", "", kAfter, false, true};
inline constexpr Adjective kFerme{"fermé", "fermée", "fermés", "fermées", "closed", "", kAfter, false, true};
// clang-format on

}  // namespace weft::nmt::lexicon
