# First process of a sandbox: prepares the work folder, starts the program, reaps whatever the program leaves behind,
# and reports how it ended. It exists because only a parent learns the exact wait status and the peak memory of a
# process, and because whoever reaps orphans must be someone whom the program can neither signal nor trace.
#
#   perl init.pl MACHINE KILL FILTER IN [UID [FOLDER...]]
#
# MACHINE picks the system call numbers, KILL (ns, uid or children) is how all processes here can be reached, FILTER is a
# seccomp filter in hex (or none), UID is whom the program is to become, each FOLDER one where every user can make files.
# The folder IN holds 'stdin', the submitted files as '0', '1' and so on, or the 'archive' that
# a compile step left, and 'launch': words that end with NUL, options first (file=NAME for each file in turn, set=NAME=VALUE
# for the environment, limit=RESOURCE:SOFT:HARD, unpack=1, pack=LARGEST, disk=BYTES and files=COUNT for what may lie on disk), then an empty word,
# then the command. The current folder is the work folder.
# Descriptors: 0 is the lifeline, at whose end everything here is killed; 1 and 2 are the program's output; 3 takes the
# report, 4 the archive.
# It is loaded for every run, so it asks for no module but strict: warnings (perl's -w does instead), constant, and Errno
# behind %! would double the time that it takes to begin.
use strict;

sub PR_SET_DUMPABLE()        { 4 }
sub PR_SET_SECCOMP()         { 22 }
sub PR_SET_CHILD_SUBREAPER() { 36 }
sub PR_SET_NO_NEW_PRIVS()    { 38 }
sub WNOHANG()                { 1 }
sub WALL()                   { 0x40000000 }
sub CLOCK_MONOTONIC()        { 1 }
sub SECCOMP_MODE_FILTER()    { 2 }
sub STOPPED()                { 0x7f }
sub EINTR()                  { 4 }
sub NICENESS()               { 5 }
sub REAPED_PER_TURN()        { 1000 }
sub KILLERS()                { 1000 }
sub LOOK_S()                 { 0.05 }
sub MEASURE_EVERY_US()       { 500_000 }
sub MEASURE_BYTES()          { 8 << 20 }
sub UNMEASURED_MOST()        { 10 }
sub REMOVED_AT_ONCE()        { 1000 }
sub SETTLED_S()              { 2 }

my %numbers = (
    x86_64  => { wait4 => 61,  prctl => 157, setsid => 112, clock_gettime => 228, close => 3, statfs => 137, prlimit64 => 302 },
    aarch64 => { wait4 => 260, prctl => 167, setsid => 157, clock_gettime => 113, close => 57, statfs => 43, prlimit64 => 261 },
);

my ($machine, $kill, $filter, $in, $uid, @open_to_all) = @ARGV;
my $call = $numbers{$machine} or die "unknown machine $machine\n";
# To kill "all" from anywhere else would be to kill the whole machine's processes.
die "kill=ns is for the first process of a pid namespace only\n" if $kill eq 'ns' && $$ != 1;
die "kill=uid needs the program's uid\n" if $kill eq 'uid' && ($uid // '') !~ /^[1-9][0-9]*$/;
my (%option, @files, @environment, @limits);
my @command = read_launch();

# A program of our own uid could otherwise trace us or write through /proc/1/fd.
syscall($call->{prctl}, PR_SET_DUMPABLE, 0, 0, 0, 0);
syscall($call->{prctl}, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) if $kill ne 'ns';

# Its output is the program's, or it couldn't open /dev/stdout.
!$uid || chown($uid, $uid, *STDOUT, *STDERR) == 2 or die "could not give the output away: $!\n";

open(my $report, '>&=', 3) or die "descriptor 3 is missing: $!\n";
pipe(my $woken, my $wake) or die "pipe: $!\n";
my $pending = 0;
$SIG{CHLD} = sub { syswrite $wake, '.' unless $pending++ };
# A terminal's Ctrl-C, or whoever stops a whole process group, means the container: it ends us, and by us the program.
$SIG{$_} = 'IGNORE' for qw(PIPE INT TERM HUP QUIT);

my ($cpu, $peak, $status, $packed, $exceeded) = (0, 0, undef, 1, 'none');
my @places = map { { path => $_, before => [ used($_) ], counted => 0 } } file_systems();
my %untouched = map { $_ => changed($_) } grep { changed($_) < time - SETTLED_S } @open_to_all;
my $aside = children_us(); # of what prepared the sandbox in this process's place
syswrite $report, "started\naside_us=$aside\n"; # from here on it is the program's time
my $started = monotonic();
my ($next_look, $next_measure) = ($started, $started);
my $unmeasured = 0;
my $program = fork // die "fork: $!\n";
become_program() if $program == 0;

until (defined $status) {
    my $ready = '';
    vec($ready, 0, 1) = 1;
    vec($ready, fileno $woken, 1) = 1;
    my $events = select($ready, undef, undef, LOOK_S);
    if ($events > 0 && vec($ready, 0, 1)) {
        kill_everything();
        reap(0);
    } elsif ($events > 0) {
        sysread $woken, my $ignored, 1;
        $pending = 0;
        reap(WNOHANG);
    }
    if (!defined $status && monotonic() >= $next_look) {
        $next_look = monotonic() + LOOK_S * 1_000_000;
        $exceeded = too_much_on_disk();
        next if $exceeded eq 'none';
        kill_everything();
        reap(0);
    }
}
my $ended = monotonic();
$SIG{CHLD} = 'DEFAULT';
kill_everything();
reap(0);
pack_work() if $option{pack} && $status == 0;
printf {$report} "exit=%d signal=%d cpu_us=%d peak_kib=%d wall_us=%d packed=%d exceeded=%s\n", $status >> 8, $status & 127,
    $cpu, $peak, $ended - $started, $packed, $exceeded;
close $report;
# What is done from here on is neither the program's time nor its CPU time.
remove_leftovers() if $kill ne 'ns';

# Microseconds of a clock that nobody sets.
sub monotonic {
    my $time = "\0" x 16;
    syscall($call->{clock_gettime}, CLOCK_MONOTONIC, $time);
    my ($seconds, $nanoseconds) = unpack 'qq', $time;
    return $seconds * 1_000_000 + int($nanoseconds / 1000);
}

# CPU time of all children that have been waited for.
sub children_us {
    my (undef, undef, $user, $system) = times;
    return int(($user + $system) * 1_000_000);
}

# Takes in ended children: those there are now (WNOHANG), or all there will ever be (0). A program that forks without
# end must not keep us here: after a while the rest is left for the next turn.
sub reap {
    my ($flags) = @_;
    for (my $taken = 0; $flags == 0 || $taken < REAPED_PER_TURN; $taken++) {
        my ($raw, $usage) = (pack('i', 0), "\0" x 144);
        my $pid = syscall($call->{wait4}, -1, $raw, $flags | WALL, $usage);
        next if $pid < 0 && $! == EINTR;
        return if $pid <= 0;
        # A child that has asked to be traced by us tells of its stops, too; nobody will let it go on.
        next if (unpack('i', $raw) & STOPPED) == STOPPED;
        my ($user_s, $user_us, $system_s, $system_us, $kib) = unpack 'q5', $usage;
        $cpu += ($user_s + $system_s) * 1_000_000 + $user_us + $system_us;
        $peak = $kib if $kib > $peak;
        $status = unpack 'i', $raw if $pid == $program;
    }
    syswrite $wake, '.' unless $pending++;
}

sub kill_everything {
    if ($kill eq 'ns') {
        kill KILL => -1;
    } elsif ($kill eq 'uid') {
        kill KILL => $program;
        # Whoever is of the program's user can be killed by it: then the next one tries.
        for (1 .. KILLERS) {
            my $killer = fork // die "fork: $!\n";
            if ($killer == 0) {
                take_uid();
                kill KILL => -1;
                exit 0;
            }
            waitpid $killer, 0;
            return if $? == 0;
        }
    } else {
        kill_children();
    }
}

# Orphans come to us one generation at a time, so this goes on until there are none.
sub kill_children {
    while (1) {
        open(my $list, '<', "/proc/$$/task/$$/children") or return;
        my @children = split ' ', <$list> // '';
        return if !@children;
        kill KILL => @children;
        kill KILL => -$program;
        reap(WNOHANG);
        select undef, undef, undef, 0.001;
    }
}

sub take_uid {
    return if !$uid;
    $) = "$uid $uid";
    $( = $uid;
    ($<, $>) = ($uid, $uid);
    die "could not become uid $uid\n" if $< != $uid || $> != $uid || $( ne "$uid $uid" || $) ne "$uid $uid";
}

sub become_program {
    $SIG{$_} = 'DEFAULT' for qw(CHLD PIPE INT TERM HUP QUIT);
    eval {
        # Opened before the uid is given up: the program may read its input, but not write to where it came from.
        open(STDIN, '<', "$in/stdin") or die "could not open the input: $!\n";
        take_uid();
        syscall($call->{prctl}, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        syscall($call->{setsid});
        setpriority 0, 0, NICENESS;
        syscall($call->{close}, 4);
        1;
    } or refuse('error', $@);
    eval {
        copy_files();
        unpack_work() if $option{unpack};
        1;
    } or refuse('unstartable', $@);
    eval {
        for my $limit (@limits) {
            my ($resource, $soft, $hard) = @{$limit};
            syscall($call->{prlimit64}, 0, $resource + 0, pack('QQ', $soft, $hard), 0) == 0
                or die "could not limit resource $resource: $!\n";
        }
        $ENV{ $_->[0] } = $_->[1] for @environment;
        filter_calls() if $filter ne 'none';
        1;
    } or refuse('error', $@);
    { local $^W = 0; exec { $command[0] } @command; }
    refuse('unstartable', "could not start $command[0]: $!");
}

# Runs as the program did, since the work folder is the program's, and so is all in it. The archive has a limit of its own:
# holes in files cost nothing until they are packed.
sub pack_work {
    my $packer = fork // die "fork: $!\n";
    if ($packer == 0) {
        take_uid();
        open(STDOUT, '>&', 4) or die "descriptor 4 is missing: $!\n";
        open(STDERR, '>', '/dev/null');
        exec '/usr/bin/prlimit', "--fsize=$option{pack}", '--', 'tar', '--create', '--file=-', '.';
    }
    waitpid $packer, 0;
    $packed = $? == 0;
}

# Where no mounts vanish with us.
sub remove_leftovers {
    open(STDERR, '>', '/dev/null'); # or it would be the program's
    chdir "$in/.." or return;
    remove(qw(./work ./tmp));
    for my $folder (grep { ($untouched{$_} // '') ne changed($_) } @open_to_all) {
        chdir $folder or next;
        opendir(my $entries, '.') or next;
        my @own = grep { ((lstat)[4] // -1) == $uid } map { "./$_" } grep { !/^\.\.?$/ } readdir $entries;
        remove(splice @own, 0, REMOVED_AT_ONCE) while @own;
    }
}

# rm goes from folder to folder by open descriptors, however deep, and never follows a link: it may well be root who does
# this, so that whatever others have put into the program's folders goes, too. Only for others folders can be locked.
sub remove {
    my @rm = qw(rm --recursive --force --one-file-system --);
    return if system(@rm, @_) == 0 || $> == 0;
    system qw(chmod --recursive u+rwx --), @_;
    system @rm, @_;
}

# When entries of a folder were last made or removed.
sub changed {
    my ($folder) = @_;
    return (stat $folder)[9] // -1;
}

# With 'error' when sandboxes don't work here, 'unstartable' when it is for what was to be started.
sub refuse {
    my ($kind, $why) = @_;
    chomp $why;
    $why =~ tr/\n/ /;
    print {$report} "$kind=$why\n";
    close $report;
    exit 126;
}

sub filter_calls {
    my $instructions = pack 'H*', $filter;
    my $program = pack 'Sx6P', length($instructions) / 8, $instructions;
    syscall($call->{prctl}, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, $program) == 0 or die "seccomp filters don't work here: $!\n";
}

# Folders in which the program can make files.
sub places {
    return qw(. /tmp /dev/shm) if $kill eq 'ns';
    return ('.', "$in/../tmp", @open_to_all);
}

# One of those folders for each file system.
sub file_systems {
    my %seen;
    return grep { -d && !$seen{ (stat _)[0] }++ } places();
}

# Bytes and files in use on a folder's file system.
sub used {
    my ($path) = @_;
    my $answer = "\0" x 128;
    syscall($call->{statfs}, $path, $answer) == 0 or return (0, 0);
    my ($type, $block, $blocks, $free, $available, $files, $files_free) = unpack 'q7', $answer;
    return (($blocks - $free) * $block, $files - $files_free);
}

# Which limit is passed, or none. File systems in memory are the program's alone, and bound its bytes by themselves. Those
# of a whole machine grow by whatever else happens there: only when one has grown noticeably is it measured, which is dear,
# what is the program's of that. Links to a file that is there take up no more than their names.
sub too_much_on_disk {
    for my $place (@places) {
        my ($bytes, $files) = used($place->{path});
        if ($kill eq 'ns') {
            return 'files' if $files > $option{files};
        } elsif ($bytes - $place->{before}[0] > smaller($option{disk}, $place->{counted} + MEASURE_BYTES)
            || $files - $place->{before}[1] > $option{files}) {
            return measured();
        }
    }
    return 'none';
}

sub smaller {
    my ($one, $other) = @_;
    return $one < $other ? $one : $other;
}

sub measured {
    return 'none' if monotonic() < $next_measure;
    my $before = children_us();
    open(my $answer, '-|', 'perl', $0 =~ s/init\.pl$/used.pl/r, $uid // '', @option{qw(disk files)}, places())
        or die "could not measure: $!\n";
    my ($bytes, $files) = split ' ', <$answer> // '';
    close $answer;
    $aside += children_us() - $before;
    syswrite $report, "aside_us=$aside\n";
    # For a moment, a process can't be looked into that is only about to start the program; for longer, only a program sees to that.
    return ++$unmeasured < UNMEASURED_MOST ? 'none' : 'disk' if !defined $files;
    $unmeasured = 0;
    return 'disk' if $bytes > $option{disk};
    return 'files' if $files > $option{files};
    for my $place (@places) {
        my @now = used($place->{path});
        $place->{before} = [ $now[0] - $bytes, $now[1] - $files ];
        $place->{counted} = $bytes;
    }
    $next_measure = monotonic() + MEASURE_EVERY_US;
    return 'none';
}

sub unpack_work {
    system('tar', '--extract', "--file=$in/archive") == 0 or die "what the compiler made does not fit the disk limit\n";
}

sub read_launch {
    open(my $file, '<:raw', "$in/launch") or die "could not read $in/launch: $!\n";
    local $/ = "\0";
    while (defined(my $word = <$file>)) {
        chomp $word;
        last if $word eq '';
        my ($name, $value) = split /=/, $word, 2;
        if    ($name eq 'file')  { push @files, $value }
        elsif ($name eq 'set')   { push @environment, [split /=/, $value, 2] }
        elsif ($name eq 'limit') { push @limits, [split /:/, $value] }
        else                     { $option{$name} = $value }
    }
    chomp(my @words = <$file>);
    return @words;
}

sub copy_files {
    for my $number (0 .. $#files) {
        my $made = '.';
        my @folders = split m{/}, $files[$number];
        pop @folders;
        for my $folder (@folders) {
            $made .= "/$folder";
            -d $made or mkdir $made or die "could not make folder $folder: $!\n";
        }
        copy_file("$in/$number", "./$files[$number]");
    }
}

sub copy_file {
    my ($from, $to) = @_;
    open(my $in,  '<:raw', $from) or die "could not read $from: $!\n";
    open(my $out, '>:raw', $to)   or die "could not write $to: $!\n";
    while (sysread $in, my $block, 65536) {
        print {$out} $block or die "could not write $to: $!\n";
    }
    close $out or die "could not write $to: $!\n";
}
