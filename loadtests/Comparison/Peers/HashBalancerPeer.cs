using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using HashBalancer.Comparison.Hosts;
using HashBalancer.Comparison.Measuring;
using HashBalancer.Comparison.Workloads;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.Comparison.Peers;

/// <summary>The gateway as its users run it: its own executable, a configuration file, nodes that registered over HTTP.</summary>
/// <param name="name">How it is called.</param>
/// <param name="settings">Keys of the configuration, each with <c>=</c> and a value.</param>
internal sealed class HashBalancerPeer(string name = "HashBalancer", params string[] settings) : IPeer
{
    private const string Pool = "nodes";

    // Consul's spelling of members is .NET's.
    private static readonly JsonSerializerOptions PascalCase = new();

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    public string Name => name;

    public bool IsYardstick => false;

    public string? Missing(Front front) => null;

    public async Task<RunningPeer> Start(PeerContext context, CancellationToken cancellation)
    {
        string config = Path.Combine(context.Scratch.CreateSubdirectory("hashbalancer").FullName, "gateway.json");
        await File.WriteAllTextAsync(config, Config(context.HashHeader, context.Certificate).ToJsonString(), cancellation);
        string gateway = context.Gateway();
        var allocations = new AllocationCounter(context.Scratch, "hashbalancer");
        ChildProcess process = CpuAffinity.On(
            context.Core, () => ChildProcess.Start(
                Name, "dotnet", [gateway, "run", "--config", config, "--until-stdin-closes", .. settings.Concat(context.Settings).Select(s => "--" + s)],
                environment: allocations.Environment));
        try
        {
            var addresses = new Dictionary<string, Uri>(StringComparer.Ordinal);
            await process.WaitForLine(line => Collect(line, addresses), StartLimit, cancellation);
            Uri front = addresses[context.Certificate is null ? "proxy" : "tls"];
            await Register(addresses["registry"], context.Backends, cancellation);
            await Leash.Answering(
                front, () => process.HasExited ? $"{Name} ended:{Environment.NewLine}{process.LastOutput}" : null, context.Time, cancellation);
            string version = System.Reflection.AssemblyName.GetAssemblyName(gateway).Version!.ToString(3);
            return new RunningPeer(this, $"{Name} {version} on .NET {Environment.Version}", front, process.Id, process, allocations);
        }
        catch
        {
            await process.DisposeAsync();
            allocations.Dispose();
            throw;
        }
    }

    private static JsonObject Config(string header, string? certificate) => new()
    {
        ["ReverseProxy"] = new JsonObject
        {
            ["Routes"] = new JsonObject
            {
                ["all"] = new JsonObject { ["ClusterId"] = Pool, ["Match"] = new JsonObject { ["Path"] = "/{**rest}" } },
            },
            ["Clusters"] = new JsonObject { [Pool] = new JsonObject() },
        },
        ["HashBalancer"] = new JsonObject
        {
            ["Proxy"] = Proxy(certificate),
            ["Admin"] = Listen(),
            ["Registry"] = Listen(),
            ["Pools"] = new JsonObject
            {
                [Pool] = new JsonObject { ["Service"] = Pool, ["HashKeys"] = new JsonArray($"header:{header}") },
            },
        },
    };

    private static JsonObject Listen() => new() { ["Listen"] = "127.0.0.1:0" };

    private static JsonObject Proxy(string? certificate)
    {
        JsonObject proxy = Listen();
        if (certificate is not null)
        {
            JsonObject tls = Listen();
            tls["CertificateFile"] = certificate;
            proxy["Tls"] = tls;
        }

        return proxy;
    }

    private static object? Collect(string line, Dictionary<string, Uri> addresses)
    {
        foreach (string name in (string[])["proxy", "tls", "registry"])
        {
            if (PrintedAddress.In(line, name) is { } address)
                addresses[name] = address;
        }

        // The gateway prints the registry's address last.
        return addresses.ContainsKey("registry") ? addresses : null;
    }

    private static async Task Register(Uri registry, IReadOnlyList<string> backends, CancellationToken cancellation)
    {
        using var client = new HttpClient { BaseAddress = registry };
        foreach ((int index, string backend) in backends.Index())
        {
            IPEndPoint address = IPEndPoint.Parse(backend);
            var service = new { Id = BackendHost.NameOf(index), Name = Pool, Address = address.Address.ToString(), address.Port };
            using HttpResponseMessage response = await client.PutAsJsonAsync("/v1/agent/service/register", service, PascalCase, cancellation);
            if (!response.IsSuccessStatusCode)
            {
                string reason = await response.Content.ReadAsStringAsync(cancellation);
                throw new TargetException(string.Create(CultureInfo.InvariantCulture, $"{registry} refused {service.Id}: {(int)response.StatusCode} {reason}"));
            }
        }
    }
}
