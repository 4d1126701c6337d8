using System.Text.Json;
using HashBalancer.Gateway.Configuration;
using HashBalancer.Testing;
using YamlDotNet.RepresentationModel;

namespace HashBalancer.Gateway.Tests.Deployment;

/// <summary>The image and the compose file agree with each other, with the repository and with the program.</summary>
public sealed class ContainerTests
{
    private static readonly YamlMappingNode Compose = DeployFiles.Documents("compose/compose.yaml")[0];

    private static string Image => $"hashbalancer:{DeployFiles.Version}";

    [Fact]
    public async Task Dockerfile_EveryInstruction_RefersToWhatIsThere()
    {
        (string Word, string Arguments)[] instructions = [.. Instructions()];
        string publish = instructions.Single(one => one.Word == "RUN").Arguments;
        Assert.StartsWith("dotnet publish src/HashBalancer.Gateway ", publish, StringComparison.Ordinal);
        foreach ((string _, string rest) in instructions.Where(one => one.Word == "COPY" && one.Arguments.Contains("/source/", StringComparison.Ordinal)))
            Assert.True(File.Exists(Path.Combine(Repository.Root, rest.Split(' ')[1]["/source/".Length..])), rest);
        Assert.Equal("$APP_UID", instructions.Single(one => one.Word == "USER").Arguments);

        string[] entry = Words("ENTRYPOINT");
        Assert.Equal([$"/app/{typeof(HashBalancerOptions).Assembly.GetName().Name}"], entry);
        DeployFiles.IsCommandLine(Words("CMD"));
        string health = instructions.Single(one => one.Word == "HEALTHCHECK").Arguments;
        string[] check = JsonSerializer.Deserialize<string[]>(health[health.IndexOf('[', StringComparison.Ordinal)..])!;
        Assert.Equal(entry[0], check[0]);
        DeployFiles.IsCommandLine(check[1..]);

        // The default ports, by which the image is reached unless it is configured otherwise.
        GatewayConfiguration configuration = await DeployFiles.IsConfiguration("{}");
        Assert.Equal(FormattableString.Invariant($"{configuration.Proxy.Listen.Port} {configuration.Admin.Listen.Port}"), instructions.Single(one => one.Word == "EXPOSE").Arguments);
        string mounted = Words("CMD")[^1];
        Assert.Contains(instructions, one => one.Word == "COPY" && one.Arguments.EndsWith($" {mounted}", StringComparison.Ordinal));

        string[] Words(string instruction) => JsonSerializer.Deserialize<string[]>(instructions.Single(one => one.Word == instruction).Arguments)!;
    }

    [Fact]
    public async Task Compose_EveryReference_IsThere()
    {
        GatewayConfiguration gateway = await DeployFiles.IsConfiguration(DeployFiles.Read("compose/gateway.json"));
        string[] services = [.. Compose.Map("services").Select(service => service.Name)];
        Assert.Equal(3, services.Count(name => name.StartsWith("consul-", StringComparison.Ordinal)));
        Assert.Equal(2, services.Count(name => name.StartsWith("gateway-", StringComparison.Ordinal)));
        Assert.Equal(3, services.Count(name => name.StartsWith("service-", StringComparison.Ordinal)));
        foreach ((string name, YamlNode service) in Compose.Map("services"))
        {
            Assert.Matches("^[a-z/-]+:[v0-9.]+$", service.Text("image"));
            foreach (YamlNode on in service.List("depends_on"))
                Assert.Contains(on.ToString(), services);
            foreach (YamlNode secret in service.List("secrets"))
                Assert.Contains(Compose.Map("secrets"), known => known.Name == secret.ToString());
            foreach (string[] volume in service.List("volumes").Select(volume => volume.ToString().Split(':')))
                Assert.True(Path.Exists(Path.Combine(DeployFiles.Folder, "compose", volume[0])), $"{name} mounts {volume[0]}, which is not there.");
            foreach (string port in service.List("ports").Select(port => port.ToString()))
                Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal);
            if (service.Text("image") == Image && service.At("command") is YamlSequenceNode command)
                DeployFiles.IsCommandLine(command.Select(word => word.ToString()));
            if (service.At("build") is { } build)
            {
                string context = Path.GetFullPath(Path.Combine(DeployFiles.Folder, "compose", build.Text("context")));
                Assert.True(File.Exists(Path.Combine(context, build.Text("dockerfile"))));
                Assert.Equal([gateway.Proxy.Listen.Port, gateway.Admin.Listen.Port], service.List("ports").Select(port => DeployFiles.Port(port.ToString().Split(':')[^1])));
            }
        }

        // Who is named in addresses is a service.
        string[] hosts = [.. gateway.Consul!.AllAddresses.Select(address => new Uri(address).Host), new Uri(DeployFiles.Documents("compose/grafana-datasource.yml")[0].Text("datasources", 0, "url")).Host];
        Assert.Empty(hosts.Except(services, StringComparer.Ordinal));
        IEnumerable<string> mounted = Compose.Map("services").Single(service => service.Name == "prometheus").Value.List("volumes").Select(volume => volume.ToString().Split(':')[1]);
        Assert.Empty(DeployFiles.Documents("compose/prometheus.yml")[0].List("rule_files").Select(file => file.ToString()).Except(mounted, StringComparer.Ordinal));
        Assert.Equal("/run/secrets/admin-token", DeployFiles.Documents("compose/prometheus.yml")[0].Text("scrape_configs", 0, "authorization", "credentials_file"));
        string[] targets = [.. DeployFiles.Documents("compose/prometheus.yml")[0].List("scrape_configs", 0, "static_configs", 0, "targets").Select(target => target.ToString())];
        Assert.Equal(services.Where(name => name.StartsWith("gateway-", StringComparison.Ordinal)).Select(name => FormattableString.Invariant($"{name}:{gateway.Admin.Listen.Port}")), targets);
    }

    private static IEnumerable<(string Word, string Arguments)> Instructions()
    {
        foreach (string line in DeployFiles.Read("docker/Dockerfile").Split('\n').Where(line => line.Length > 0 && line[0] != '#'))
        {
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            Assert.Contains(line[..space], (string[])["FROM", "WORKDIR", "COPY", "RUN", "USER", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD"]);
            yield return (line[..space], line[(space + 1)..]);
        }
    }
}
