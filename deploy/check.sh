#!/usr/bin/env bash
# What deploy/build.sh makes for linux-x64, tried as people use it: deploy/check.sh [FOLDER]. The self-contained program runs in an emptied root, with no .NET in
# sight; the tool installs from the packages alone and runs; a YARP application of its own uses the library's package.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
mounted=()
clean() {
  local folder
  for folder in "${mounted[@]}"; do umount -l "$folder"; done
  rm -rf --one-file-system "$work"
}
trap clean EXIT
out=${1:-$work/out}
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' "$root/Directory.Build.props")
[ -d "$out/packages" ] || "$root/deploy/build.sh" "$out" linux-x64 >"$work/build.log" 2>&1 || { tail -n 30 "$work/build.log"; exit 1; }

echo "-- the self-contained program in an emptied root"
jail=$work/root
mkdir -p "$jail/opt" "$jail/tmp" "$jail/proc" "$jail/dev"
cp -r "$out/linux-x64" "$jail/opt/hashbalancer"
cp -r "$root/config" "$jail/opt/config"
# The system's own libraries that it is linked with or opens, and nothing else: no shell, no dotnet.
{ find "$out/linux-x64" -maxdepth 1 \( -name '*.so' -o -name HashBalancer.Gateway \) -exec ldd {} \; 2>/dev/null | sed -n 's/.*=> \(\/[^ ]*\).*/\1/p; s/^\s*\(\/lib64[^ ]*\) .*/\1/p'
  ls /usr/lib/x86_64-linux-gnu/libssl.so.3 /usr/lib/x86_64-linux-gnu/libcrypto.so.3 2>/dev/null || true; } | sort -u | while read -r library; do
  mkdir -p "$jail$(dirname "$library")"
  cp -L "$library" "$jail$library"
done
# Every process has these of its system.
if [ "$(id -u)" -eq 0 ]; then
  for folder in proc dev; do mount --rbind "/$folder" "$jail/$folder" && mount --make-rslave "$jail/$folder" && mounted+=("$jail/$folder"); done
fi
in_jail=(env -i /usr/sbin/chroot "$jail") inside=
[ "$(id -u)" -eq 0 ] || in_jail=(env -i) inside=$jail
program=$inside/opt/hashbalancer/HashBalancer.Gateway configuration=$inside/opt/config/demo.json
[ "$("${in_jail[@]}" "$program" --version | cut -d+ -f1)" = "$version" ]
"${in_jail[@]}" "$program" validate --config "$configuration"
"${in_jail[@]}" "$program" run --config "$configuration" --HashBalancer:Proxy:Listen=127.0.0.1:0 --HashBalancer:Admin:Listen=127.0.0.1:0 \
  --HashBalancer:Registry:Listen=127.0.0.1:0 >"$work/run.log" 2>"$work/run.errors" &
running=$!
for _ in $(seq 1 240); do grep -q '^registry ' "$work/run.log" && break; kill -0 $running || break; sleep 0.25; done
admin=$(sed -n 's/^admin *\([^ ]*\).*/\1/p' "$work/run.log")
"${in_jail[@]}" "$program" ready --admin "$admin" || { cat "$work/run.errors"; exit 1; }
kill $running
wait $running
echo "ended with 0 when told to"

echo "-- the tool, from the packages alone"
cat >"$work/nuget.config" <<END
<configuration><packageSources><clear /><add key="local" value="$out/packages" /></packageSources></configuration>
END
dotnet tool install HashBalancer --version "$version" --tool-path "$work/tools" --configfile "$work/nuget.config"
"$work/tools/hashbalancer" validate --config "$root/config/demo.json"
[ "$("$work/tools/hashbalancer" --version | cut -d+ -f1)" = "$version" ]

echo "-- what is in the packages"
for package in Ring Allocation Consul Control Transport Proxy Registry Agent; do
  file=$out/packages/HashBalancer.$package.$version
  python3 -m zipfile -l "$file.nupkg" >"$work/entries"
  python3 -m zipfile -l "$file.snupkg" >"$work/symbols"
  for entry in README.md "lib/net10.0/HashBalancer.$package.dll" "lib/net10.0/HashBalancer.$package.xml"; do
    grep -q "^$entry " "$work/entries" || { echo "$file.nupkg lacks $entry"; exit 1; }
  done
  grep -q "HashBalancer.$package.pdb" "$work/symbols" || { echo "$file.snupkg lacks symbols"; exit 1; }
done

echo "-- a YARP application that uses the package"
cp -r "$root/deploy/sample" "$work/sample"
cd "$work/sample"
dotnet nuget add source "$out/packages" --name local-packages --configfile nuget.config >/dev/null
dotnet build -c Release -v quiet "-p:HashBalancerVersion=$version" --packages "$work/restored"
dotnet bin/Release/net10.0/Sample.dll
