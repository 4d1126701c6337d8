namespace HashBalancer.Gateway.Tests.Deployment;

/// <summary>Which commands of the documents are run or checked, and by what. A command that is none of these fails a test: whoever adds it says here what
/// shows that it works.</summary>
internal static class KnownCommands
{
    /// <summary>How a command begins, and what runs or checks it.</summary>
    private static readonly (string Start, string By)[] Checks =
    [
        ("hashbalancer ", "the program's own parser, in DocumentTests; what commands do, in tests/Functional"),
        ("dotnet run -c Release --project src/HashBalancer.Gateway -- demo", ".ci/run, demo"),
        ("dotnet test -c Release", ".ci/run, tests"),
        ("dotnet run -c Release --project loadtests/", "tests/LoadTests.Tests and the smoke runs of .ci/run; the project's path here"),
        ("curl -H 'X-User-Id: alice' http://127.0.0.1:8080/items/1", ".ci/run, demo"),
        ("curl -X PUT http://127.0.0.1:8500/v1/agent/service/", "tests/Functional/ForeignServiceTests"),
        ("python3 -m http.server 5000 --bind 127.0.0.1", "tests/Functional/ForeignServiceTests and AgentCommandTests"),
        ("curl -s http://127.0.0.1:8090/metrics", "tests/Functional/MetricsTests"),
        ("curl -s http://127.0.0.1:8090/readyz", "tests/Functional/Lifecycle/StopTests"),
        ("deploy/build.sh ", "deploy/check.sh"),
        ("dotnet tool install ", "deploy/check.sh"),
        ("kubectl apply -k deploy/kubernetes", "KubernetesTests: the folder and all that it names"),
        ("docker compose -f deploy/compose/compose.yaml ", "ContainerTests: the file and all that it names"),
        ("docker build -f deploy/docker/Dockerfile ", "ContainerTests: the file and all that it names"),
        ("consul acl ", "tests/Functional/Security/LeastPrivilegeTests: the same by Consul's API"),
        ("useradd --system ", "the user of deploy/systemd/hashbalancer.service"),
        ("systemctl ", "SystemdUnitTests: the units"),
    ];

    public static bool IsChecked(string command) => Checks.Any(check => command.StartsWith(check.Start, StringComparison.Ordinal));
}
