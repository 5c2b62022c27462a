# Measures what a program without a file system of its own keeps on disk: prints bytes and files, or nothing when the
# program keeps it from being seen. init.pl calls this when a file system has grown by more than the program may use.
#
#   perl used.pl UID BYTES FILES FOLDER...
#
# Counts what UID owns below the folders (with an empty UID, everything), each name of a file as one, and what is open or
# mapped although its last name was removed. Stops counting above BYTES or FILES.
use strict;
use warnings;
no warnings 'portable';

open(STDERR, '>', '/dev/null') or die "could not be silent: $!\n"; # or it would be the program's
my ($uid, $most_bytes, $most_files, @folders) = @ARGV;
my ($bytes, $files, %seen) = (0, 0);

sub count {
    my ($inode, $size, $names) = @_;
    return if $seen{$inode}++;
    $bytes += $size;
    $files += $names;
}

sub finish {
    print "$bytes $files\n";
    exit 0;
}

# As root: no folder is locked, links are not followed, and the program can't kill it.
my @owner = $uid eq '' ? () : ('-user', $uid);
open(my $found, '-|', 'find', (grep { -d } @folders), '-xdev', '-ignore_readdir_race', '-mindepth', '1', @owner,
    '-printf', '%D:%i %b %n %y\n') or die "could not start find: $!\n";
while (my $line = <$found>) {
    my ($inode, $blocks, $names, $type) = split ' ', $line;
    count($inode, $blocks * 512, $type eq 'd' ? 1 : $names); # a folder's number of links says how many are in it
    finish() if $bytes > $most_bytes || $files > $most_files;
}
close $found;

# Without a user of its own, nobody knows whose open files those are.
finish() if $uid eq '';

# As the program's user: without the right to trace everybody, not even root sees other users' open files.
$) = "$uid $uid";
($<, $>) = ($uid, $uid);
opendir(my $processes, '/proc') or die "could not read /proc: $!\n";
for my $process (map { "/proc/$_" } grep { /^\d+$/ } readdir $processes) {
    next if owner($process) != $uid;
    opendir(my $open, "$process/fd") or -d $process ? exit 1 : next;
    for my $descriptor (readdir $open) {
        my ($device, $inode, $mode, $links, @rest) = stat "$process/fd/$descriptor" or next;
        count("$device:$inode", $rest[8] * 512, 1) if $links == 0 && ($mode & 0170000) == 0100000;
    }
    open(my $maps, '<', "$process/maps") or next;
    while (my $line = <$maps>) {
        my ($from, $to, $device, $inode) = $line =~ m{^(\w+)-(\w+) \S+ \S+ (\S+) (\d+) +/(?!dev/zero).* \(deleted\)$} or next;
        count("mapped $device:$inode", hex($to) - hex($from), 1) if $inode;
    }
}
finish();

# Real uid of a process, or -1 when it has ended: a zombie holds nothing.
sub owner {
    my ($process) = @_;
    open(my $status, '<', "$process/status") or return -1;
    while (my $line = <$status>) {
        return -1 if $line =~ /^State:\s+[ZX]/;
        return $1 if $line =~ /^Uid:\s+(\d+)/;
    }
    return -1;
}
