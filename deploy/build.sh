#!/usr/bin/env bash
# Builds what is published: deploy/build.sh FOLDER [RUNTIME…]. In FOLDER/packages the NuGet packages and the .NET tool, in FOLDER/<runtime> self-contained
# programs, by default for linux-x64 and linux-arm64, with their archives beside them. The version is that of Directory.Build.props.
# Works on a copy of the tree, so that nothing of it is touched.
set -euo pipefail
[ $# -ge 1 ] || { sed -n '2,4s/^# //p' "$0"; exit 2; }
root=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
shift
runtimes=("$@")
[ ${#runtimes[@]} -gt 0 ] || runtimes=(linux-x64 linux-arm64)
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
(cd "$root" && tar --exclude=bin --exclude=obj --exclude=.git --exclude=node_modules --exclude=loadtests --exclude=tests -cf - .) | tar -xf - -C "$copy"
cd "$copy"
# Without the projects that are not published, and without what only looks at the code.
quick=(-c Release -p:RunAnalyzers=false -p:ContinuousIntegrationBuild=true -v quiet)
for project in src/*/*.csproj; do
  dotnet pack "$project" "${quick[@]}" -o "$out/packages"
done
for runtime in "${runtimes[@]}"; do
  dotnet publish src/HashBalancer.Gateway "${quick[@]}" -r "$runtime" --self-contained true -p:PublishReadyToRun=true -o "$out/$runtime"
  tar -czf "$out/hashbalancer-$runtime.tar.gz" -C "$out" "$runtime"
done
ls "$out" "$out/packages"
