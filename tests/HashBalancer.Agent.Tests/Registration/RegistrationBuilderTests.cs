using System.Text.Json;
using System.Text.Json.Nodes;
using HashBalancer.Consul.Models;

namespace HashBalancer.Agent.Tests.Registration;

public sealed class RegistrationBuilderTests
{
    [Fact]
    public void Build_Everything_IsTheWholeRegistration()
    {
        var options = new AgentOptions
        {
            Service = "web",
            Tags = ["blue"],
            Meta = { ["version"] = "2" },
            Weight = 3,
            Zone = "z1",
            Capacity = { ["cpu"] = 4, ["memory"] = 8589934592.5 },
            Check = new CheckOptions { Kind = CheckKind.Http, Path = "/up", TlsSkipVerify = true, InitialStatus = "critical" },
        };
        AssertJson(
            """
            {
              "ID": "web-my-host-5000", "Name": "web", "Tags": ["blue"], "Address": "fd00::1", "Port": 5000,
              "Meta": { "version": "2", "zone": "z1", "capacity-cpu": "4", "capacity-memory": "8589934592.5" }, "Weights": { "Passing": 3, "Warning": 3 },
              "Checks": [{
                "CheckID": "service:web-my-host-5000", "Name": "HTTP /up", "Status": "critical", "HTTP": "https://[fd00::1]:5000/up",
                "Interval": "10s", "Timeout": "5s", "TLSSkipVerify": true, "DeregisterCriticalServiceAfter": "10m0s"
              }]
            }
            """,
            RegistrationBuilder.Build(options, new ServiceEndpoint("fd00::1", 5000, IsHttps: true), "my host"));
    }

    [Fact]
    public void Build_Defaults_IsATtlCheckThatPassesAtOnce() =>
        AssertJson(
            """
            {
              "ID": "web-h-5000", "Name": "web", "Port": 5000, "Weights": { "Passing": 1, "Warning": 1 },
              "Checks": [{
                "CheckID": "service:web-h-5000", "Name": "Heartbeat", "Status": "passing", "TTL": "15s",
                "DeregisterCriticalServiceAfter": "10m0s"
              }]
            }
            """,
            RegistrationBuilder.Build(new AgentOptions { Service = "web" }, new ServiceEndpoint("", 5000), "h"));

    [Fact]
    public void Build_HttpCheckWithoutAddress_AsksThisMachine()
    {
        var options = new AgentOptions { Service = "web", Check = new CheckOptions { Kind = CheckKind.Http } };
        Assert.Equal("http://127.0.0.1:5000/health", RegistrationBuilder.Build(options, new ServiceEndpoint("", 5000), "h").Checks![0].HTTP);
    }

    [Fact]
    public void Build_TcpCheckAndHeartbeat_AreTwoChecks()
    {
        var options = new AgentOptions { Service = "web", Id = "w", Check = new CheckOptions { Kind = CheckKind.Tcp, Heartbeat = true } };
        IReadOnlyList<AgentServiceCheck> checks = RegistrationBuilder.Build(options, new ServiceEndpoint("fd00::1", 5000), "h").Checks!;
        Assert.Equal(["service:w", "service:w:heartbeat"], checks.Select(c => c.CheckID));
        Assert.Equal(("[fd00::1]:5000", "10s", null), (checks[0].TCP, checks[0].Interval.ToString(), checks[0].TTL));
        Assert.Equal((null, "15s"), (checks[1].TCP, checks[1].TTL.ToString()));
    }

    private static void AssertJson(string expected, AgentServiceRegistration registration)
    {
        string written = JsonSerializer.Serialize(registration, ConsulJson.Default.AgentServiceRegistration);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(written)), written);
    }
}
