//! Values of the command line, and what a simulated meter cannot be.

use super::TranslatedRow;

/// See the module above.
pub const ROWS: &[TranslatedRow] = &[
    (
        "expected system, session, or an address such as {}, or none",
        "attendu : system, session, une adresse telle que {0}, ou none",
    ),
    (
        "expected system, session, or an address such as {}",
        "attendu : system, session, ou une adresse telle que {0}",
    ),
    (
        "expected a duration up to a day, such as 10min",
        "attendu : une durée d'un jour au plus, telle que 10min",
    ),
    (
        "expected a time such as 20s or 5min",
        "attendu : une durée telle que 20s ou 5min",
    ),
    ("not one of the choices", "ce n'est pas l'un des choix"),
    ("expected 9600 or 1200", "attendu : 9600 ou 1200"),
    (
        "expected columns and lines, such as 120x40, each from 1 to 500",
        "attendu : colonnes et lignes, telles que 120x40, de 1 à 500",
    ),
    (
        "expected a number above 0",
        "attendu : un nombre supérieur à 0",
    ),
    (
        "expected a number from 0 to 1, such as 1e-4",
        "attendu : un nombre de 0 à 1, tel que 1e-4",
    ),
    (
        "{} is no moment: expected \"now\", seconds since 1970, or legal time such as {}",
        "{0} n'est pas un moment ; attendu : \"now\", des secondes depuis 1970, ou une heure légale telle que {1}",
    ),
    ("{} is not in {}", "{0} n'est pas dans {1}"),
    (
        "found {}, expected KEY=VALUE, such as duration=30s",
        "trouvé : {0} ; attendu : CLÉ=VALEUR, telle que duration=30s",
    ),
    (
        "found {}, expected an event",
        "trouvé : {0} ; attendu : un événement",
    ),
    (
        "{}: found {}, expected {}",
        "{0} : trouvé : {1} ; attendu : {2}",
    ),
    ("expected {}", "attendu : {0}"),
    (
        "a producer needs the standard mode: the historique mode has no injection",
        "un producteur veut le mode standard : le mode historique n'a pas d'injection",
    ),
    (
        "a single-phase meter has a subscribed power of 1 to 18 kVA",
        "la puissance souscrite d'un compteur monophasé va de 1 à 18 kVA",
    ),
    (
        "a three-phase meter has a subscribed power of 3 to 36 kVA",
        "la puissance souscrite d'un compteur triphasé va de 3 à 36 kVA",
    ),
    (
        "the start must lie between 2001 and 2098",
        "le départ doit être entre 2001 et 2098",
    ),
    (
        "too many digits: a maker and a year have 2, a serial number 6, a delivery point 14",
        "trop de chiffres : un fabricant et une année en ont 2, un numéro de série 6, un point de livraison 14",
    ),
    (
        "the meter has no such phase",
        "le compteur n'a pas cette phase",
    ),
    (
        "the loss of a phase needs a three-phase meter, and a phase from 1 to 3",
        "la perte d'une phase veut un compteur triphasé, et une phase de 1 à 3",
    ),
    (
        "{} exists and is no symbolic link",
        "{0} existe et n'est pas un lien symbolique",
    ),
    (
        "larger than 1 MiB: this is no configuration",
        "plus de 1 Mio : ce n'est pas une configuration",
    ),
    (
        "no text in UTF-8: this is no configuration",
        "ce n'est pas du texte en UTF-8 : ce n'est pas une configuration",
    ),
    (
        "larger than {} MiB: a text is read as a whole, decode it in parts",
        "plus de {0} Mio : un texte est lu d'un bloc, décodez-le par morceaux",
    ),
];
