using System.Text.RegularExpressions;
using HashBalancer.Testing;

namespace HashBalancer.Gateway.Tests.Deployment;

/// <summary>Which commands of the documents are run or checked, and by what. A command that is none of these fails a test: whoever adds it says here what
/// shows that it works.</summary>
internal static partial class KnownCommands
{
    /// <summary>How a command begins, and what runs or checks it.</summary>
    private static readonly (string Start, string By)[] Checks =
    [
        ("hashbalancer ", "the program's own parser, in DocumentTests; what commands do, in tests/Functional"),
        ("dotnet test", ".ci/run, tests"),
        ("dotnet tool install ", "deploy/check.sh"),
        ("python3 -m http.server 5000 --bind 127.0.0.1", "tests/Functional/ForeignServiceTests and AgentCommandTests"),
        ("deploy/build.sh ", "deploy/check.sh"),
        ("kubectl apply -k deploy/kubernetes", "KubernetesTests: the folder and all that it names"),
        ("docker compose -f deploy/compose/compose.yaml ", "ContainerTests: the file and all that it names"),
        ("docker build -f deploy/docker/Dockerfile ", "ContainerTests: the file and all that it names"),
        ("consul acl ", "tests/Functional/Security/LeastPrivilegeTests: the same by Consul's API"),
        ("useradd --system ", "the user of deploy/systemd/hashbalancer.service"),
        ("systemctl ", "SystemdUnitTests: the units"),
    ];

    public static bool IsChecked(string command) =>
        Checks.Any(check => command.StartsWith(check.Start, StringComparison.Ordinal)) || IsRunOfAProject(command) || IsRequestToADefaultAddress(command);

    /// <summary>A project that is there, and for the gateway a command line that it takes; .ci/run starts the gateway's demo and the smoke runs.</summary>
    private static bool IsRunOfAProject(string command)
    {
        if (Project().Match(command) is not { Success: true } run || !Directory.Exists(Path.Combine(Repository.Root, run.Groups["project"].Value)))
            return false;
        if (run.Groups["project"].Value == "src/HashBalancer.Gateway")
            DeployFiles.IsCommandLine(run.Groups["arguments"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return true;
    }

    /// <summary>What the demo, the proxy, the admin server and the registry answer is asked all over tests/Functional and by .ci/run, on free ports.</summary>
    private static bool IsRequestToADefaultAddress(string command) => command.StartsWith("curl ", StringComparison.Ordinal) && DefaultAddress().IsMatch(command);

    [GeneratedRegex(@"^dotnet run -c Release --project (?<project>\S+)( -- (?<arguments>.*))?$", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Project();

    [GeneratedRegex("https?://(127\\.0\\.0\\.1|localhost):(8080|8081|8443|8090|8500)/", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex DefaultAddress();
}
