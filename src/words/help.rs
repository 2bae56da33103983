//! The help of the command line in French. The English is that of the definitions in `commands`, which are its source.
//!
//! A row is a path and its text: `status` is what a command does, `status.json` an argument of it by its id, `decode.format=tic`
//! one of the values of an argument. The path of what is not under a command begins with the dot, and so does that of an
//! argument that all commands have. A test of `commands` asks for a row for each of them, and for nothing else.

/// The French text of a path.
pub fn french_help(path: &str) -> Option<&'static str> {
    let row = HELP.iter().find(|(known, _)| *known == path);
    row.map(|(_, text)| *text)
}

/// The French word that stands for a value, such as `FICHIER` for `FILE`; the same word if it has none.
pub fn french_value_name(name: &str) -> Option<&'static str> {
    let row = VALUE_NAMES.iter().find(|(known, _)| *known == name);
    row.map(|(_, french)| *french)
}

/// Every path that has a row.
#[cfg(test)]
pub fn french_paths() -> impl Iterator<Item = &'static str> {
    HELP.iter().map(|(path, _)| *path)
}

const VALUE_NAMES: &[(&str, &str)] = &[
    ("BAUD", "BAUD"),
    ("BUS", "BUS"),
    ("CLOCK", "HORLOGE"),
    ("COMMAND", "COMMANDE"),
    ("CONTRACT", "CONTRAT"),
    ("DEVICE", "PORT"),
    ("DIGITS", "CHIFFRES"),
    ("EVENT", "ÉVÉNEMENT"),
    ("FILE", "FICHIER"),
    ("FORMAT", "FORMAT"),
    ("ID", "ID"),
    ("KVA", "KVA"),
    ("LANGUAGE", "LANGUE"),
    ("LINK", "LIEN"),
    ("MODE", "MODE"),
    ("N", "N"),
    ("OUTPUT", "SORTIE"),
    ("PARITY", "PARITÉ"),
    ("PATH", "CHEMIN"),
    ("NAME", "NOM"),
    ("PHASES", "PHASES"),
    ("RATE", "TAUX"),
    ("SEED", "GRAINE"),
    ("SIZE", "TAILLE"),
    ("SPEED", "VITESSE"),
    ("TIME", "TEMPS"),
    ("URL", "URL"),
];

const HELP: &[(&str, &str)] = &[
    (
        "",
        "Lit un compteur électrique Linky et le publie sur D-Bus et MQTT",
    ),
    (".after", "Voir linky-sensor(8)."),
    (".config", "Le fichier de configuration"),
    (
        ".lang",
        "La langue de ce qui est écrit pour les gens ; sinon celle de la configuration, ou du système",
    ),
    (".help", "Affiche cette aide"),
    (".version", "Affiche la version"),
    ("help", "Affiche cette aide, ou celle d'une commande"),
    ("run", "Lance le service : lit les compteurs et les publie"),
    (
        "run.bus",
        "Le bus D-Bus où se mettre : system, session, none, ou une adresse",
    ),
    (
        "run.verbose",
        "Journalise davantage ; deux fois pour plus encore",
    ),
    (
        "demo",
        "Montre toute la chaîne sur cette machine : un compteur simulé, le service, un bus et un broker",
    ),
    ("demo.seconds", "Finit après tant de secondes"),
    ("demo.mode", "Le mode du compteur simulé"),
    ("demo.phases", "Les phases du compteur simulé"),
    ("demo.contract", "Le contrat du compteur simulé"),
    (
        "demo.plain",
        "Sur un terminal aussi, écrit ce qui est publié, au lieu de l'écran de watch",
    ),
    (
        "setup",
        "Installe : trouve l'adaptateur et le broker, les essaie, écrit la configuration, redémarre le service",
    ),
    (
        "setup.yes",
        "Ne demande rien : prend les options, ce qui est configuré, et ce qui est trouvé",
    ),
    (
        "setup.dry_run",
        "N'écrit et ne redémarre rien : montre ce qui serait écrit",
    ),
    (
        "setup.id",
        "Le nom du compteur pour les programmes : a-z, 0-9 et _",
    ),
    (
        "setup.device",
        "Le port de l'adaptateur, ou tcp://machine:port",
    ),
    (
        "setup.broker",
        "Le broker : sa machine, mqtt://machine:port ou mqtts://machine:port ; none pour se passer de MQTT",
    ),
    (
        "setup.ca_file",
        "Le fichier de l'autorité qui a signé le certificat d'un broker mqtts://, en PEM ; vide pour celles du système",
    ),
    (
        "setup.username",
        "L'utilisateur du broker ; vide pour aucun",
    ),
    (
        "setup.password_stdin",
        "Lit le mot de passe du broker sur l'entrée standard",
    ),
    (
        "set-password",
        "Range le mot de passe du broker, comme secret de systemd (root)",
    ),
    (
        "check-config",
        "Vérifie la configuration, et montre ce qui est en vigueur",
    ),
    (
        "contain",
        "Sert de processus 1 à un conteneur : lance le service, le surveille et finit avec lui",
    ),
    (
        "contain.home_assistant",
        "Prend options, port et broker du Supervisor de Home Assistant ; de lui-même là où il y a les deux",
    ),
    ("contain.bus", "Le bus D-Bus où se mettre, comme pour run"),
    (
        "contain.verbose",
        "Journalise davantage ; deux fois pour plus encore",
    ),
    (
        "decode",
        "Décode les octets bruts d'un compteur : un objet JSON par trame",
    ),
    (
        "decode.file",
        "Le fichier d'octets bruts ; `-` pour l'entrée standard",
    ),
    ("decode.mode", "Le mode du compteur"),
    (
        "decode.parity",
        "Le bit 7 de chaque octet : parité paire (check), sans signification (ignore), ou à trouver d'après les premiers caractères (auto)",
    ),
    (
        "decode.text",
        "Le fichier est du texte : ce qui a été copié d'un terminal, d'un journal ou d'un dump. Les groupes dont la somme est juste sont lus",
    ),
    ("decode.format", "Ce qu'on écrit de chaque trame"),
    ("decode.format=state", "Ce que le service aurait publié"),
    (
        "decode.format=tic",
        "Les groupes que les vérifications de la ligne ont acceptés",
    ),
    (
        "decode.format=python",
        "Les groupes tels que les publiait le linky-sensor en Python",
    ),
    (
        "decode.format=csv",
        "Les états en valeurs séparées par des virgules, sous une ligne avec leurs clés",
    ),
    (
        "decode.clock",
        "L'horloge de ce qui prend du temps : celle de la ligne (wire), ou celle du compteur si l'enregistrement a des trous (meter)",
    ),
    ("decode.clock=wire", "Dix bits par caractère"),
    (
        "decode.clock=meter",
        "Les dates du compteur, en mode standard",
    ),
    (
        "decode.stats",
        "Écrit à la fin des totaux sur l'erreur standard",
    ),
    (
        "doctor",
        "Regarde toute la chaîne, ou lit un port : ce qui est là, ce qui ne va pas, que faire",
    ),
    (
        "doctor.device",
        "Le port à lire, ou tcp://hôte:port ; sans lui, toute la chaîne est regardée et aucun port n'est ouvert",
    ),
    ("doctor.json", "Écrit un seul objet JSON"),
    (
        "health",
        "Montre si le service de ce conteneur vit : le contrôle de santé de son moteur",
    ),
    ("list-fields", "Écrit la table des grandeurs"),
    ("list-fields.format", "Comment l'écrire"),
    ("list-fields.format=text", "En colonnes alignées"),
    ("list-fields.format=json", "Une liste d'objets"),
    (
        "list-fields.format=csv",
        "Séparée par des virgules, avec un en-tête",
    ),
    ("list-fields.format=markdown", "Un tableau pour un document"),
    ("list-fields.format=schema", "Le schéma JSON d'un état"),
    (
        "migrate",
        "Lit la configuration du linky-sensor en Python ou de teleinfo2mqtt, et écrit la nôtre",
    ),
    (
        "migrate.file",
        "Le fichier INI du linky-sensor en Python, ou un fichier avec les variables de teleinfo2mqtt ; `-` pour l'entrée standard",
    ),
    (
        "anonymise",
        "Copie une capture sans le numéro de série ni le point de livraison (PRM) du compteur",
    ),
    ("anonymise.file", "La capture ; `-` pour l'entrée standard"),
    (
        "anonymise.output",
        "Écrit dans ce fichier plutôt que sur la sortie standard",
    ),
    (
        "capture",
        "Enregistre ce qu'une ligne reçoit, octet par octet, sans arrêter le service",
    ),
    (
        "capture.device",
        "Le port à lire, ou tcp://hôte:port ; sans lui, ce que le service reçoit (root)",
    ),
    (
        "capture.output",
        "Écrit dans ce fichier plutôt que sur la sortie standard",
    ),
    (
        "capture.duration",
        "Finit après ce temps, tel que 20s ou 5min",
    ),
    (
        "capture.mode",
        "Le mode du compteur, qui fixe la vitesse du port",
    ),
    (
        "capture.speed",
        "La vitesse du port en bauds : 9600 (standard) ou 1200 (historique)",
    ),
    ("capture.raw", "Écrit les octets seuls, sans leurs instants"),
    (
        "capture.anonymise",
        "Remplace le numéro de série et le point de livraison (PRM), pour que le fichier puisse être publié",
    ),
    (
        "capture.meter",
        "Parmi plusieurs compteurs du service, celui qui a cet id",
    ),
    (
        "capture.runtime_directory",
        "Le répertoire de la socket du service",
    ),
    (
        "replay",
        "Rejoue une capture sur un pseudo-terminal ou sur la sortie standard, comme elle est venue",
    ),
    (
        "replay.file",
        "La capture, octets bruts ou avec leurs instants ; `-` pour l'entrée standard",
    ),
    (
        "replay.pty",
        "Lien symbolique vers le pseudo-terminal, enlevé à la fin",
    ),
    ("replay.output", "Où vont les octets"),
    (
        "replay.speed_factor",
        "Vitesse du temps, en multiple de celle de la capture",
    ),
    (
        "replay.as_fast_as_possible",
        "Envoie aussi vite que les octets sont pris",
    ),
    ("replay.is_endless", "Recommence à la fin, jusqu'à Ctrl-C"),
    ("replay.noise", "Erreurs par bit, telles que 1e-4"),
    (
        "replay.burst",
        "Rafales de quatre caractères au hasard, par caractère",
    ),
    ("replay.lose", "Caractères perdus, par caractère"),
    ("replay.seed", "Un autre bruit"),
    (
        "simulate",
        "Simule un compteur sur un pseudo-terminal ou sur la sortie standard",
    ),
    (
        "simulate.scenario",
        "Un scénario : un fichier, ou le nom de l'un de ceux qui sont fournis",
    ),
    ("simulate.mode", "Le mode de sortie du compteur"),
    ("simulate.phases", "1 ou 3 phases"),
    ("simulate.contract", "Le tarif du fournisseur"),
    (
        "simulate.producer",
        "La maison a des panneaux solaires, et le compteur compte l'injection (mode standard)",
    ),
    ("simulate.power_kva", "La puissance souscrite"),
    (
        "simulate.seed",
        "Une autre maison, d'autres jours de pointe, d'autres parasites",
    ),
    (
        "simulate.serial",
        "Les six derniers chiffres du numéro de série du compteur",
    ),
    (
        "simulate.prm",
        "Le numéro du point de livraison, 14 chiffres",
    ),
    (
        "simulate.start",
        "L'heure du compteur au départ : « now », des secondes depuis 1970, ou une heure légale telle que 2026-01-15T18:30:00",
    ),
    (
        "simulate.overrun",
        "Dépasse la puissance souscrite pendant deux minutes sur dix",
    ),
    ("simulate.degraded_clock", "Le compteur a perdu l'heure"),
    ("simulate.messages", "Le compteur a des messages à montrer"),
    (
        "simulate.event",
        "Quelque chose qui arrive, tel que swap,at=2min,index=1 ; peut être donné plusieurs fois",
    ),
    (
        "simulate.events",
        "Un fichier, un tube nommé, ou - pour l'entrée standard : chaque ligne est un événement qui arrive quand elle est lue",
    ),
    (
        "simulate.count",
        "Simule tant de compteurs : chacun a un port, la graine suivante et le numéro de série suivant",
    ),
    (
        "simulate.speed",
        "La vitesse du temps, en multiple de celle de la ligne",
    ),
    (
        "simulate.flat_out",
        "Envoie aussi vite que les octets sont pris",
    ),
    (
        "simulate.step",
        "Laisse passer ce temps du compteur entre deux trames, tel que 10min ; une année passe en quelques secondes",
    ),
    ("simulate.frames", "Finit après tant de trames"),
    (
        "simulate.seconds",
        "Finit après tant de secondes du temps du compteur",
    ),
    (
        "simulate.parity",
        "Parité dans le bit 7, ou effacée comme par un adaptateur réglé sur sept bits",
    ),
    ("simulate.noise", "Erreurs par bit, telles que 1e-4"),
    (
        "simulate.burst",
        "Rafales de quatre caractères au hasard, par caractère",
    ),
    ("simulate.lose", "Caractères perdus, par caractère"),
    ("simulate.output", "Où vont les octets"),
    (
        "simulate.link",
        "Lien symbolique vers le pseudo-terminal, enlevé à la fin ; s'il y en a plusieurs, suivi d'un numéro",
    ),
    (
        "status",
        "Montre l'état du service ; code de sortie 0 si chaque compteur est reçu",
    ),
    (
        "status.bus",
        "Le bus du service : system, session, ou une adresse D-Bus",
    ),
    (
        "status.json",
        "Écrit un seul objet JSON : sous l'id de chaque compteur ses valeurs, sous bridge le service et son broker",
    ),
    (
        "watch",
        "Montre le service en direct dans le terminal : puissance, tarif, énergie, réception",
    ),
    (
        "watch.bus",
        "Le bus du service : system, session, ou une adresse D-Bus",
    ),
    ("watch.meter", "Le compteur montré en premier"),
    (
        "watch.day",
        "Montrer d'abord 24 heures, au lieu de 15 minutes",
    ),
    ("watch.once", "Écrit une seule image, en texte, et finit"),
    (
        "watch.size",
        "La taille de cette image en colonnes et en lignes, par exemple 120x40",
    ),
    (
        "watch.json",
        "Écrit du JSON : une ligne à chaque mise à jour d'un compteur",
    ),
];
