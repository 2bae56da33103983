# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_linky_sensor_global_optspecs
    string join \n config= lang= h/help V/version
end

function __fish_linky_sensor_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_linky_sensor_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_linky_sensor_using_subcommand
    set -l cmd (__fish_linky_sensor_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c linky-sensor -n "__fish_linky_sensor_needs_command" -l config -d 'The configuration file' -r -F
complete -c linky-sensor -n "__fish_linky_sensor_needs_command" -l lang -d 'The language of what is printed for people; else that of the configuration, or of the locale' -r -f -a "auto\t''
fr\t''
en\t''"
complete -c linky-sensor -n "__fish_linky_sensor_needs_command" -s h -l help -d 'Print help'
complete -c linky-sensor -n "__fish_linky_sensor_needs_command" -s V -l version -d 'Print version'
complete -c linky-sensor -n "__fish_linky_sensor_needs_command" -f -a "run" -d 'Run the daemon: read the meters, and publish them'
complete -c linky-sensor -n "__fish_linky_sensor_needs_command" -f -a "demo" -d 'Show the whole chain on this machine: a simulated meter, the daemon, a bus and a broker'
complete -c linky-sensor -n "__fish_linky_sensor_needs_command" -f -a "setup" -d 'Set up: find the adapter and the broker, try both, write the configuration, restart the service'
complete -c linky-sensor -n "__fish_linky_sensor_needs_command" -f -a "set-password" -d 'Store the broker\'s password as a systemd credential (root)'
complete -c linky-sensor -n "__fish_linky_sensor_needs_command" -f -a "check-config" -d 'Check the configuration, and show what is in force'
complete -c linky-sensor -n "__fish_linky_sensor_needs_command" -f -a "contain" -d 'Be process 1 of a container: run the daemon, watch it and end with it'
complete -c linky-sensor -n "__fish_linky_sensor_needs_command" -f -a "capture" -d 'Record what a line receives, byte by byte, without stopping the daemon'
complete -c linky-sensor -n "__fish_linky_sensor_needs_command" -f -a "anonymise" -d 'Copy a capture without the serial number and the delivery point (PRM) of the meter'
complete -c linky-sensor -n "__fish_linky_sensor_needs_command" -f -a "decode" -d 'Decode raw bytes of a meter: one JSON object per frame'
complete -c linky-sensor -n "__fish_linky_sensor_needs_command" -f -a "doctor" -d 'Look at the whole chain, or read one port: what is there, what is wrong, what to do'
complete -c linky-sensor -n "__fish_linky_sensor_needs_command" -f -a "health" -d 'Show whether the daemon of this container lives: the health check of its engine'
complete -c linky-sensor -n "__fish_linky_sensor_needs_command" -f -a "list-fields" -d 'Print the table of quantities'
complete -c linky-sensor -n "__fish_linky_sensor_needs_command" -f -a "migrate" -d 'Read the configuration of the Python linky-sensor or of teleinfo2mqtt, and print ours'
complete -c linky-sensor -n "__fish_linky_sensor_needs_command" -f -a "replay" -d 'Play a capture into a pseudo-terminal or to standard output, as it came'
complete -c linky-sensor -n "__fish_linky_sensor_needs_command" -f -a "simulate" -d 'Simulate a meter on a pseudo-terminal or on standard output'
complete -c linky-sensor -n "__fish_linky_sensor_needs_command" -f -a "status" -d 'Show the state of the running daemon; exit code 0 if every meter is received'
complete -c linky-sensor -n "__fish_linky_sensor_needs_command" -f -a "watch" -d 'Show the running daemon live in the terminal: power, tariff, energy, reception'
complete -c linky-sensor -n "__fish_linky_sensor_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand run" -l bus -d 'The D-Bus bus to be on: system, session, none, or an address' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand run" -l config -d 'The configuration file' -r -F
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand run" -l lang -d 'The language of what is printed for people; else that of the configuration, or of the locale' -r -f -a "auto\t''
fr\t''
en\t''"
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand run" -s v -l verbose -d 'Log more; twice for even more'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand run" -s h -l help -d 'Print help'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand demo" -l seconds -d 'End after this many seconds' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand demo" -l mode -d 'The simulated meter\'s mode' -r -f -a "standard\t''
historique\t''"
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand demo" -l phases -d 'The simulated meter\'s phases' -r -f -a "1\t''
3\t''"
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand demo" -l contract -d 'The simulated meter\'s contract' -r -f -a "base\t''
off-peak\t''
tempo\t''
ejp\t''"
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand demo" -l config -d 'The configuration file' -r -F
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand demo" -l lang -d 'The language of what is printed for people; else that of the configuration, or of the locale' -r -f -a "auto\t''
fr\t''
en\t''"
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand demo" -l plain -d 'On a terminal too, print what is published, instead of the screen of watch'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand demo" -s h -l help -d 'Print help'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand setup" -l id -d 'The name of the meter for programs: a-z, 0-9 and _' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand setup" -l device -d 'The port of the adapter, or tcp://host:port' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand setup" -l broker -d 'The broker: its host, mqtt://host:port or mqtts://host:port; none for no MQTT' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand setup" -l ca-file -d 'The file of the authority that signed the certificate of an mqtts:// broker, in PEM; empty for those of the system' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand setup" -l username -d 'The user of the broker; empty for none' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand setup" -l config -d 'The configuration file' -r -F
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand setup" -l lang -d 'The language of what is printed for people; else that of the configuration, or of the locale' -r -f -a "auto\t''
fr\t''
en\t''"
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand setup" -l yes -d 'Ask nothing: take the options, what is configured, and what is found'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand setup" -l dry-run -d 'Write nothing and restart nothing: show what would be written'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand setup" -l password-stdin -d 'Read the password of the broker from standard input'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand setup" -s h -l help -d 'Print help'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand set-password" -l config -d 'The configuration file' -r -F
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand set-password" -l lang -d 'The language of what is printed for people; else that of the configuration, or of the locale' -r -f -a "auto\t''
fr\t''
en\t''"
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand set-password" -s h -l help -d 'Print help'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand check-config" -l config -d 'The configuration file' -r -F
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand check-config" -l lang -d 'The language of what is printed for people; else that of the configuration, or of the locale' -r -f -a "auto\t''
fr\t''
en\t''"
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand check-config" -s h -l help -d 'Print help'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand contain" -l bus -d 'The D-Bus bus to be on, as for run' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand contain" -l root -d 'The root of the file system, for tests' -r -F
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand contain" -l supervisor -d 'The address of the Supervisor, for tests' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand contain" -l config -d 'The configuration file' -r -F
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand contain" -l lang -d 'The language of what is printed for people; else that of the configuration, or of the locale' -r -f -a "auto\t''
fr\t''
en\t''"
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand contain" -l home-assistant -d 'Take options, port and broker from Home Assistant\'s Supervisor; by itself where both are there'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand contain" -s v -l verbose -d 'Log more; twice for even more'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand contain" -s h -l help -d 'Print help'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand capture" -l output -d 'Write to this file instead of standard output' -r -F
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand capture" -l duration -d 'End after this time, such as 20s or 5min' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand capture" -l mode -d 'The mode of the meter, which sets the speed of the port' -r -f -a "auto\t''
standard\t''
historique\t''"
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand capture" -l speed -d 'The speed of the port in baud: 9600 (standard) or 1200 (historique)' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand capture" -l meter -d 'Of several meters of the daemon, the one with this id' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand capture" -l runtime-directory -d 'The directory of the daemon\'s socket' -r -F
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand capture" -l config -d 'The configuration file' -r -F
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand capture" -l lang -d 'The language of what is printed for people; else that of the configuration, or of the locale' -r -f -a "auto\t''
fr\t''
en\t''"
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand capture" -l raw -d 'Write the bytes alone, without their times'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand capture" -l anonymise -d 'Replace the serial number and the delivery point (PRM), so that the file may be published'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand capture" -s h -l help -d 'Print help'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand anonymise" -l output -d 'Write to this file instead of standard output' -r -F
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand anonymise" -l config -d 'The configuration file' -r -F
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand anonymise" -l lang -d 'The language of what is printed for people; else that of the configuration, or of the locale' -r -f -a "auto\t''
fr\t''
en\t''"
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand anonymise" -s h -l help -d 'Print help'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand decode" -l mode -d 'The mode of the meter' -r -f -a "auto\t''
standard\t''
historique\t''"
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand decode" -l parity -d 'Bit 7 of each byte: even parity (check), of no meaning (ignore), or found out from the first characters (auto)' -r -f -a "auto\t''
check\t''
ignore\t''"
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand decode" -l format -d 'What to print of each frame' -r -f -a "state\t'What the daemon would have published'
tic\t'The groups that the wire checks accepted'
python\t'The groups as the Python linky-sensor published them'
csv\t'The states as comma-separated values, under a line with their keys'"
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand decode" -l clock -d 'The clock of what takes time: that of the line (wire), or that of the meter where a recording has gaps (meter)' -r -f -a "wire\t'Ten bits a character'
meter\t'The dates of the meter, in standard mode'"
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand decode" -l config -d 'The configuration file' -r -F
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand decode" -l lang -d 'The language of what is printed for people; else that of the configuration, or of the locale' -r -f -a "auto\t''
fr\t''
en\t''"
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand decode" -l text -d 'The file is text: what was copied from a terminal, a log or a dump. Groups whose sums are right are read'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand decode" -l stats -d 'Print totals to standard error at the end'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand decode" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand doctor" -l config -d 'The configuration file' -r -F
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand doctor" -l lang -d 'The language of what is printed for people; else that of the configuration, or of the locale' -r -f -a "auto\t''
fr\t''
en\t''"
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand doctor" -l json -d 'Print one JSON object'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand doctor" -s h -l help -d 'Print help'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand health" -l config -d 'The configuration file' -r -F
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand health" -l lang -d 'The language of what is printed for people; else that of the configuration, or of the locale' -r -f -a "auto\t''
fr\t''
en\t''"
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand health" -s h -l help -d 'Print help'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand list-fields" -l format -d 'How to print it' -r -f -a "text\t'Aligned columns'
json\t'A list of objects'
csv\t'Comma-separated, with a header'
markdown\t'A table for a document'
schema\t'The JSON schema of a state'"
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand list-fields" -l config -d 'The configuration file' -r -F
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand list-fields" -l lang -d 'The language of what is printed for people; else that of the configuration, or of the locale' -r -f -a "auto\t''
fr\t''
en\t''"
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand list-fields" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand migrate" -l config -d 'The configuration file' -r -F
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand migrate" -l lang -d 'The language of what is printed for people; else that of the configuration, or of the locale' -r -f -a "auto\t''
fr\t''
en\t''"
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand migrate" -s h -l help -d 'Print help'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand replay" -l pty -d 'Symbolic link to the pseudo-terminal, removed at the end' -r -F
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand replay" -l output -d 'Where the bytes go' -r -f -a "pty\t''
stdout\t''"
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand replay" -l speed-factor -d 'Speed of time, as a multiple of that of the capture' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand replay" -l noise -d 'Errors per bit, such as 1e-4' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand replay" -l burst -d 'Bursts of four random characters, per character' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand replay" -l lose -d 'Lost characters, per character' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand replay" -l seed -d 'Another noise' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand replay" -l config -d 'The configuration file' -r -F
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand replay" -l lang -d 'The language of what is printed for people; else that of the configuration, or of the locale' -r -f -a "auto\t''
fr\t''
en\t''"
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand replay" -l as-fast-as-possible -d 'Send as fast as the bytes are taken'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand replay" -l loop -d 'Begin anew at the end, until Ctrl-C'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand replay" -s h -l help -d 'Print help'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand simulate" -l scenario -d 'A scenario: a file, or the name of one that is shipped' -r -F
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand simulate" -l mode -d 'Output mode of the meter' -r -f -a "standard\t''
historique\t''"
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand simulate" -l phases -d '1 or 3 phases' -r -f -a "1\t''
3\t''"
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand simulate" -l contract -d 'The supplier\'s tariff' -r -f -a "base\t''
off-peak\t''
tempo\t''
ejp\t''"
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand simulate" -l power-kva -d 'Subscribed power' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand simulate" -l seed -d 'Another house, other peak days, another noise' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand simulate" -l serial -d 'The last six digits of the meter\'s serial number' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand simulate" -l prm -d 'The number of the delivery point, 14 digits' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand simulate" -l start -d 'The meter\'s clock at the start: "now", seconds since 1970, or legal time such as 2026-01-15T18:30:00' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand simulate" -l event -d 'Something that happens, such as swap,at=2min,index=1; may be given several times' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand simulate" -l events -d 'A file, a FIFO or - for standard input: each line is an event that happens when it is read' -r -F
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand simulate" -l count -d 'Simulate this many meters: each has a port, the next seed and the next serial number' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand simulate" -l speed -d 'Speed of time, as a multiple of that of the line' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand simulate" -l step -d 'Let this time of the meter pass between two frames, such as 10min; a year is over in seconds' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand simulate" -l frames -d 'End after this many frames' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand simulate" -l seconds -d 'End after this many seconds of the meter\'s time' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand simulate" -l parity -d 'Parity in bit 7, or cleared as by an adapter set to seven bits' -r -f -a "even\t''
strip\t''"
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand simulate" -l noise -d 'Errors per bit, such as 1e-4' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand simulate" -l burst -d 'Bursts of four random characters, per character' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand simulate" -l lose -d 'Lost characters, per character' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand simulate" -l output -d 'Where the bytes go' -r -f -a "pty\t''
stdout\t''"
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand simulate" -l link -d 'Symbolic link to the pseudo-terminal, removed at the end; several have a number after it' -r -F
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand simulate" -l config -d 'The configuration file' -r -F
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand simulate" -l lang -d 'The language of what is printed for people; else that of the configuration, or of the locale' -r -f -a "auto\t''
fr\t''
en\t''"
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand simulate" -l producer -d 'The house has solar panels and the meter counts injection (standard mode)'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand simulate" -l overrun -d 'Exceed the subscribed power for two minutes in every ten'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand simulate" -l degraded-clock -d 'The meter has lost its clock'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand simulate" -l messages -d 'The meter has messages to show'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand simulate" -l flat-out -d 'Send as fast as the bytes are taken'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand simulate" -s h -l help -d 'Print help'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand status" -l bus -d 'The bus of the daemon: system, session, or a D-Bus address' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand status" -l config -d 'The configuration file' -r -F
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand status" -l lang -d 'The language of what is printed for people; else that of the configuration, or of the locale' -r -f -a "auto\t''
fr\t''
en\t''"
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand status" -l json -d 'Print one JSON object: under the id of each meter its values, under bridge the daemon and its broker'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand status" -s h -l help -d 'Print help'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand watch" -l bus -d 'The bus of the daemon: system, session, or a D-Bus address' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand watch" -l meter -d 'The meter that is shown first' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand watch" -l size -d 'The size of that frame in columns and lines, such as 120x40' -r
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand watch" -l config -d 'The configuration file' -r -F
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand watch" -l lang -d 'The language of what is printed for people; else that of the configuration, or of the locale' -r -f -a "auto\t''
fr\t''
en\t''"
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand watch" -l day -d 'Show 24 hours first, instead of 15 minutes'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand watch" -l once -d 'Print one frame as plain text, and end'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand watch" -l json -d 'Print JSON: a line for each update of a meter'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand watch" -s h -l help -d 'Print help'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand help; and not __fish_seen_subcommand_from run demo setup set-password check-config contain capture anonymise decode doctor health list-fields migrate replay simulate status watch help" -f -a "run" -d 'Run the daemon: read the meters, and publish them'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand help; and not __fish_seen_subcommand_from run demo setup set-password check-config contain capture anonymise decode doctor health list-fields migrate replay simulate status watch help" -f -a "demo" -d 'Show the whole chain on this machine: a simulated meter, the daemon, a bus and a broker'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand help; and not __fish_seen_subcommand_from run demo setup set-password check-config contain capture anonymise decode doctor health list-fields migrate replay simulate status watch help" -f -a "setup" -d 'Set up: find the adapter and the broker, try both, write the configuration, restart the service'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand help; and not __fish_seen_subcommand_from run demo setup set-password check-config contain capture anonymise decode doctor health list-fields migrate replay simulate status watch help" -f -a "set-password" -d 'Store the broker\'s password as a systemd credential (root)'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand help; and not __fish_seen_subcommand_from run demo setup set-password check-config contain capture anonymise decode doctor health list-fields migrate replay simulate status watch help" -f -a "check-config" -d 'Check the configuration, and show what is in force'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand help; and not __fish_seen_subcommand_from run demo setup set-password check-config contain capture anonymise decode doctor health list-fields migrate replay simulate status watch help" -f -a "contain" -d 'Be process 1 of a container: run the daemon, watch it and end with it'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand help; and not __fish_seen_subcommand_from run demo setup set-password check-config contain capture anonymise decode doctor health list-fields migrate replay simulate status watch help" -f -a "capture" -d 'Record what a line receives, byte by byte, without stopping the daemon'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand help; and not __fish_seen_subcommand_from run demo setup set-password check-config contain capture anonymise decode doctor health list-fields migrate replay simulate status watch help" -f -a "anonymise" -d 'Copy a capture without the serial number and the delivery point (PRM) of the meter'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand help; and not __fish_seen_subcommand_from run demo setup set-password check-config contain capture anonymise decode doctor health list-fields migrate replay simulate status watch help" -f -a "decode" -d 'Decode raw bytes of a meter: one JSON object per frame'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand help; and not __fish_seen_subcommand_from run demo setup set-password check-config contain capture anonymise decode doctor health list-fields migrate replay simulate status watch help" -f -a "doctor" -d 'Look at the whole chain, or read one port: what is there, what is wrong, what to do'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand help; and not __fish_seen_subcommand_from run demo setup set-password check-config contain capture anonymise decode doctor health list-fields migrate replay simulate status watch help" -f -a "health" -d 'Show whether the daemon of this container lives: the health check of its engine'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand help; and not __fish_seen_subcommand_from run demo setup set-password check-config contain capture anonymise decode doctor health list-fields migrate replay simulate status watch help" -f -a "list-fields" -d 'Print the table of quantities'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand help; and not __fish_seen_subcommand_from run demo setup set-password check-config contain capture anonymise decode doctor health list-fields migrate replay simulate status watch help" -f -a "migrate" -d 'Read the configuration of the Python linky-sensor or of teleinfo2mqtt, and print ours'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand help; and not __fish_seen_subcommand_from run demo setup set-password check-config contain capture anonymise decode doctor health list-fields migrate replay simulate status watch help" -f -a "replay" -d 'Play a capture into a pseudo-terminal or to standard output, as it came'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand help; and not __fish_seen_subcommand_from run demo setup set-password check-config contain capture anonymise decode doctor health list-fields migrate replay simulate status watch help" -f -a "simulate" -d 'Simulate a meter on a pseudo-terminal or on standard output'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand help; and not __fish_seen_subcommand_from run demo setup set-password check-config contain capture anonymise decode doctor health list-fields migrate replay simulate status watch help" -f -a "status" -d 'Show the state of the running daemon; exit code 0 if every meter is received'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand help; and not __fish_seen_subcommand_from run demo setup set-password check-config contain capture anonymise decode doctor health list-fields migrate replay simulate status watch help" -f -a "watch" -d 'Show the running daemon live in the terminal: power, tariff, energy, reception'
complete -c linky-sensor -n "__fish_linky_sensor_using_subcommand help; and not __fish_seen_subcommand_from run demo setup set-password check-config contain capture anonymise decode doctor health list-fields migrate replay simulate status watch help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
