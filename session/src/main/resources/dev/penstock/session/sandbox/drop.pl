# As root: gives stdout and stderr to an ordinary user, becomes that user, and runs a command. A program can open /dev/stdout
# only when that is its own. util-linux has setpriv and coreutils chown: one start of perl is less than two of theirs.
#
#   perl drop.pl MACHINE UID COMMAND [ARGUMENT...]
use strict;

my ($machine, $uid, @command) = @ARGV;
my $prctl = { x86_64 => 157, aarch64 => 167 }->{$machine} or die "unknown machine $machine\n";
my $no_new_privileges = 38;

chown($uid, $uid, *STDOUT, *STDERR) == 2 or die "could not give the output to user $uid: $!\n";
$) = "$uid $uid";
$( = $uid;
($<, $>) = ($uid, $uid);
die "could not become user $uid\n" if $< != $uid || $> != $uid || $( ne "$uid $uid" || $) ne "$uid $uid";
syscall($prctl, $no_new_privileges, 1, 0, 0, 0) == 0 or die "could not give up new privileges: $!\n";
exec { $command[0] } @command or die "could not start $command[0]: $!\n";
