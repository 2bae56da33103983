//! The faults of the configuration and of scenarios. The most particular rows come first.

use super::TranslatedRow;

/// See the module above.
pub const ROWS: &[TranslatedRow] = &[
    // What was found.
    ("an unknown key", "une clé inconnue"),
    (
        "a key of the top of the file",
        "une clé du début du fichier",
    ),
    ("a key of {}", "une clé de {0}"),
    ("a password", "un mot de passe"),
    ("no key {}", "pas de clé {0}"),
    (
        "{}, with a user or a password in it",
        "{0}, avec un utilisateur ou un mot de passe dedans",
    ),
    (
        "a text that is not a full path",
        "un texte qui n'est pas un chemin complet",
    ),
    ("something that is not a text", "autre chose qu'un texte"),
    (
        "this key with {}, which is not encrypted",
        "cette clé avec {0}, qui n'est pas chiffré",
    ),
    ("this key with {}", "cette clé avec {0}"),
    ("this key without {}", "cette clé sans {0}"),
    (
        "this table with {} meters",
        "cette table avec {0} compteurs",
    ),
    ("this table with {}", "cette table avec {0}"),
    ("a number with a decimal point", "un nombre à virgule"),
    ("a number that is too large", "un nombre trop grand"),
    ("a table", "une table"),
    ("a list", "une liste"),
    ("a date", "une date"),
    ("an unknown quantity", "une grandeur inconnue"),
    (
        "a quantity that is not a number",
        "une grandeur qui n'est pas un nombre",
    ),
    (
        "{}, which the meter {} is already read from",
        "{0}, où l'on lit déjà le compteur {1}",
    ),
    (
        "a second meter of id {} (the first is on line {})",
        "un second compteur d'id {0} (le premier est à la ligne {1})",
    ),
    (
        "a key or table that is already given above",
        "une clé ou une table déjà donnée plus haut",
    ),
    (
        "a line that is not TOML ({})",
        "une ligne qui n'est pas du TOML ({0})",
    ),
    ("more than 256 KiB", "plus de 256 Kio"),
    (
        "a character that is not UTF-8",
        "un caractère qui n'est pas de l'UTF-8",
    ),
    ("no such file", "aucun fichier"),
    (
        "that it may not be read",
        "un fichier que cet utilisateur n'a pas le droit de lire",
    ),
    ("an error on reading ({})", "une erreur de lecture ({0})"),
    // What was expected.
    (
        "{}, the nearest valid key",
        "{0}, la clé valide la plus proche",
    ),
    ("none in this file", "aucun dans ce fichier"),
    ("a line {} = …", "une ligne {0} = …"),
    (
        "a table: a line {} with its keys below",
        "une table : une ligne {0}, et ses clés au-dessous",
    ),
    (
        "{}, in double brackets: there may be several",
        "{0}, entre doubles crochets : il peut y en avoir plusieurs",
    ),
    (
        "true or false, without quotes",
        "true ou false, sans guillemets",
    ),
    ("true or false", "true ou false"),
    (
        "a text between double quotes",
        "un texte entre guillemets doubles",
    ),
    (
        "a text of 1 to 64 characters on one line",
        "un texte de 1 à 64 caractères sur une ligne",
    ),
    (
        "the name of an LED, one of those that `ls /sys/class/leds` shows",
        "le nom d'une DEL, parmi celles que montre `ls /sys/class/leds`",
    ),
    (
        "the full path of a file, from /",
        "le chemin complet d'un fichier, depuis /",
    ),
    (
        "a topic such as \"linky\" or \"house/linky\"",
        "un sujet tel que \"linky\" ou \"house/linky\"",
    ),
    (
        "1 to 64 letters, digits or any of - _ . :",
        "1 à 64 lettres, chiffres, ou signes parmi - _ . :",
    ),
    (
        "1 to 32 of the characters a-z, 0-9 and _",
        "1 à 32 caractères parmi a-z, 0-9 et _",
    ),
    ("another id", "un autre id"),
    (
        "the full path of a serial port such as \"/dev/linky\", or \"tcp://host:port\"",
        "le chemin complet d'un port série tel que \"/dev/linky\", ou \"tcp://hôte:port\"",
    ),
    (
        "\"mqtt://host:port\", or \"mqtts://host:port\" for TLS",
        "\"mqtt://hôte:port\", ou \"mqtts://hôte:port\" pour TLS",
    ),
    (
        "an address of this computer and a port, such as \"127.0.0.1:9867\" or \"[::1]:9867\"",
        "une adresse de cet ordinateur et un port, tels que \"127.0.0.1:9867\" ou \"[::1]:9867\"",
    ),
    (
        "\"frame\", or a duration from \"1s\" to \"1d\" such as \"10s\" or \"2min\"",
        "\"frame\", ou une durée de \"1s\" à \"1d\" telle que \"10s\" ou \"2min\"",
    ),
    (
        "a duration in whole seconds, from \"5s\" to \"65535s\", such as \"30s\"",
        "une durée en secondes entières, de \"5s\" à \"65535s\", telle que \"30s\"",
    ),
    (
        "\"off\", or a size from \"64KiB\" to \"16GiB\" such as \"64MiB\"",
        "\"off\", ou une taille de \"64KiB\" à \"16GiB\" telle que \"64MiB\"",
    ),
    (
        "{}, the nearest one that is a number",
        "{0}, la plus proche qui soit un nombre",
    ),
    (
        "a quantity that is a number, such as \"apparent_power\"",
        "une grandeur qui est un nombre, telle que \"apparent_power\"",
    ),
    (
        "a whole number from 1, without quotes",
        "un nombre entier à partir de 1, sans guillemets",
    ),
    (
        "a whole number ({}) from 1, without quotes",
        "un nombre entier ({0}) à partir de 1, sans guillemets",
    ),
    ("0, 1 or 2, without quotes", "0, 1 ou 2, sans guillemets"),
    ("0, 1 or 2", "0, 1 ou 2"),
    ("1 or 3", "1 ou 3"),
    ("a number from {} to {}", "un nombre de {0} à {1}"),
    (
        "a duration such as \"30s\", \"10min\" or \"2h\"",
        "une durée telle que \"30s\", \"10min\" ou \"2h\"",
    ),
    (
        "\"now\", or legal time such as \"2026-01-15T18:30\"",
        "\"now\", ou une heure légale telle que \"2026-01-15T18:30\"",
    ),
    ("a list of any of {}", "une liste parmi {0}"),
    (
        "a device of its own for each meter",
        "un port propre à chaque compteur",
    ),
    (
        "an id of its own for each meter of a file",
        "un id propre à chaque compteur d'un fichier",
    ),
    (
        "a url that begins with mqtts://",
        "une url qui commence par mqtts://",
    ),
    (
        "both client-certificate and client-key, or neither",
        "client-certificate et client-key, ou aucun des deux",
    ),
    (
        "the name that the password belongs to",
        "le nom à qui est le mot de passe",
    ),
    (
        "an interval such as \"1min\"",
        "un intervalle tel que \"1min\"",
    ),
    (
        "publish-identifiers = true in [privacy]",
        "publish-identifiers = true sous [privacy]",
    ),
    ("a single meter", "un seul compteur"),
    (
        "each key and each table once in a file",
        "chaque clé et chaque table une fois dans un fichier",
    ),
    (
        "a line such as [mqtt], key = \"text\", key = 10 or key = true",
        "une ligne telle que [mqtt], clé = \"texte\", clé = 10 ou clé = true",
    ),
    ("a readable file", "un fichier qui peut être lu"),
    (
        "a configuration file of linky-sensor",
        "un fichier de configuration de linky-sensor",
    ),
    ("a text file in UTF-8", "un fichier de texte en UTF-8"),
    // What to do.
    (
        "It is a text: put it between double quotes.",
        "C'est un texte : mettez-le entre guillemets doubles.",
    ),
    (
        "Move it below {}. The keys of the top of the file are {}.",
        "Mettez-la sous {0}. Les clés du début du fichier : {1}.",
    ),
    (
        "Move it below {}. The keys of {} are {}.",
        "Mettez-la sous {0}. Les clés de {1} : {2}.",
    ),
    (
        "The keys of the top of the file are {}.",
        "Les clés du début du fichier : {0}.",
    ),
    ("The keys of {} are {}.", "Les clés de {0} : {1}."),
    (
        "Store it with: sudo linky-sensor set-password (or name a file that holds it: password-file)",
        "Rangez-le par : sudo linky-sensor set-password (ou nommez un fichier qui le contient : password-file)",
    ),
    (
        "Put the user in the key username, and store the password with: sudo linky-sensor set-password",
        "Mettez l'utilisateur dans la clé username, et rangez le mot de passe par : sudo linky-sensor set-password",
    ),
    (
        "Add username = \"…\": MQTT has no password without a user.",
        "Ajoutez username = \"…\" : MQTT n'a pas de mot de passe sans utilisateur.",
    ),
    (
        "Write 127.0.0.1 instead of localhost: a name may have several addresses.",
        "Écrivez 127.0.0.1 au lieu de localhost : un nom peut avoir plusieurs adresses.",
    ),
    (
        "For every address of this computer, write {}, or {} for IPv4 alone.",
        "Pour toutes les adresses de cet ordinateur, écrivez {0}, ou {1} pour IPv4 seul.",
    ),
    (
        "It is no URL: leave out what precedes the address and what follows the port.",
        "Ce n'est pas une URL : enlevez ce qui précède l'adresse et ce qui suit le port.",
    ),
    (
        "The port is 1 to 65535: it has to stay the same.",
        "Le port va de 1 à 65535 : il doit rester le même.",
    ),
    (
        "They are in the output of: linky-sensor list-fields",
        "La liste : linky-sensor list-fields",
    ),
    (
        "Each frame is published anyway: choose another interval, or remove this key.",
        "Chaque trame est publiée de toute façon : choisissez un autre intervalle, ou enlevez cette clé.",
    ),
    (
        "+ and # are wildcards: they can be subscribed to, not published on.",
        "+ et # sont des jokers : on peut s'y abonner, pas y publier.",
    ),
    (
        "No level may be empty: no / at the beginning or the end, no // within.",
        "Aucun niveau ne peut être vide : pas de / au début ni à la fin, pas de // au milieu.",
    ),
    (
        "Topics that begin with $ belong to the broker.",
        "Les sujets qui commencent par $ sont au broker.",
    ),
    (
        "At most 200 bytes, all of them printable.",
        "200 octets au plus, tous imprimables.",
    ),
    (
        "It names the MQTT topics and the D-Bus object; what people read is the key name.",
        "Il nomme les sujets MQTT et l'objet D-Bus ; ce que lisent les gens est la clé name.",
    ),
    (
        "\"bridge\" is taken by the topic of the daemon's availability.",
        "\"bridge\" est pris par le sujet de la disponibilité du service.",
    ),
    ("Did you mean {}?", "Vouliez-vous dire {0} ?"),
    (
        "A port number is needed after the host, as in {}.",
        "Il faut un numéro de port après l'hôte, comme dans {0}.",
    ),
    (
        "{}:// is not known here; only tcp:// is.",
        "{0}:// n'est pas connu ici, seul tcp:// l'est.",
    ),
    (
        "Give it a key such as id = \"garage\"; without one the id is {}.",
        "Donnez-lui une clé telle que id = \"garage\" ; sans elle l'id est {0}.",
    ),
    (
        "Each adapter has a name that stays the same: ls /dev/serial/by-id/",
        "Chaque adaptateur a un nom qui ne change pas : ls /dev/serial/by-id/",
    ),
    (
        "Write mqtts:// (port 8883 unless given), or remove this key.",
        "Écrivez mqtts:// (port 8883 sauf si vous en donnez un), ou enlevez cette clé.",
    ),
    ("Write {} instead of {}.", "Écrivez {0} au lieu de {1}."),
    (
        "MQTT over WebSocket is not supported.",
        "MQTT sur WebSocket n'est pas pris en charge.",
    ),
    (
        "Nothing may follow the port; topics begin with the key base-topic.",
        "Rien ne peut suivre le port ; les sujets commencent par la clé base-topic.",
    ),
    (
        "The host is a name, an IPv4 address or an IPv6 address in brackets, as in [2001:db8::1]; the port is 1 to 65535.",
        "L'hôte est un nom, une adresse IPv4 ou une adresse IPv6 entre crochets, comme [2001:db8::1] ; le port va de 1 à 65535.",
    ),
    (
        "A name with other letters than a to z is written in its ASCII form, which begins with xn-- (idn2 prints it).",
        "Un nom qui a d'autres lettres que a à z s'écrit sous sa forme ASCII, qui commence par xn-- (idn2 la donne).",
    ),
    (
        "They are two halves of one identity: add the other, or remove this one.",
        "Ce sont les deux moitiés d'une identité : ajoutez l'autre, ou enlevez celle-ci.",
    ),
    (
        "The format of {} holds the meter's serial number and PRM: allow it, or remove this table.",
        "Le format de {0} contient le numéro de série du compteur et le PRM : autorisez-le, ou enlevez cette table.",
    ),
    ("the Python linky-sensor", "linky-sensor en Python"),
    (
        "The Python linky-sensor reads one meter; with several, only the topics of each meter can be used.",
        "Le linky-sensor en Python lit un seul compteur ; s'il y en a plusieurs, seuls les sujets de chaque compteur peuvent servir.",
    ),
    (
        "Remove one of the two, or put its keys together with the first.",
        "Enlevez l'une des deux, ou réunissez ses clés à la première.",
    ),
    (
        "Text goes between double quotes; true and false are in lower case, without quotes.",
        "Un texte se met entre guillemets doubles ; true et false sont en minuscules, sans guillemets.",
    ),
    (
        "Check the path: this is probably another file.",
        "Vérifiez le chemin : c'est sans doute un autre fichier.",
    ),
    ("Convert it: {}", "Convertissez-le : {0}"),
    (
        "Check the path given to --config; without it, {} is read.",
        "Vérifiez le chemin donné à --config ; sans lui, {0} est lu.",
    ),
    (
        "Every user may read it, since it holds no secret: chmod a+r, and a+x on its directory.",
        "Chacun peut le lire, il ne contient aucun secret : chmod a+r, et a+x sur son dossier.",
    ),
    (
        "Check the path and the file system.",
        "Vérifiez le chemin et le système de fichiers.",
    ),
    // The lists of words and tables.
    ("the top of the file", "le début du fichier"),
    ("\"{}\", \"{}\" or \"{}\"", "\"{0}\", \"{1}\" ou \"{2}\""),
    ("\"{}\" or \"{}\"", "\"{0}\" ou \"{1}\""),
    ("[{}] or [{}]", "[{0}] ou [{1}]"),
];
