# Builds the file system of a sandbox out of mounts that only this mount namespace has, then starts the command in it.
# Runs as root of a fresh user namespace. bubblewrap does the same by itself.
#
#   sh mounts.sh BYTES ETC_FOLDER INIT_FILE IN_FOLDER COMMAND [ARGUMENT...]
#
# BYTES bounds each writable folder. Whatever stands empty in ETC_FOLDER is filled from the system's /etc.
set -e
size=$1 etc=$2 init=$3 in=$4
shift 4

# The new root goes over /mnt, which then hides nothing that is needed below.
root=/mnt
mount -t tmpfs -o size=1m,mode=755,nosuid,nodev penstock $root
cd $root
mkdir etc proc dev dev/shm tmp work penstock penstock/in old
read_only() {
  mkdir -p "$1"
  mount --rbind "/$1" "$1"
  mount -o remount,bind,ro "$1"
}
for folder in bin sbin lib lib32 lib64 libx32; do
  if [ -L /$folder ]; then
    ln -s usr/$folder $folder
  elif [ -d /$folder ]; then
    read_only $folder
  fi
done
for folder in usr opt; do
  if [ -d /$folder ]; then read_only $folder; fi
done
mount --bind "$etc" etc
mount -o remount,bind,ro etc
for own in etc/*; do
  if [ -d "$own" ] || [ ! -s "$own" ]; then
    mount --bind "/$own" "$own"
    mount -o remount,bind,ro "$own"
  fi
done
mount --rbind /proc proc
for device in null zero full random urandom; do
  : >dev/$device
  mount --bind /dev/$device dev/$device
done
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr
for folder in tmp work dev/shm; do
  mount -t tmpfs -o size=$size,mode=777,nosuid,nodev penstock $folder
done
: >penstock/init.pl
mount --bind "$init" penstock/init.pl
mount --bind "$in" penstock/in
mount -o remount,bind,ro penstock/in
mount -o remount,bind,ro $root
pivot_root . old
umount -l /old
cd /work
# One more user namespace for the program itself, which is not root in it; and none below that.
echo 1 >/proc/sys/user/max_user_namespaces
exec unshare --user --map-user=1000 --map-group=1000 setpriv --no-new-privs "$@"
