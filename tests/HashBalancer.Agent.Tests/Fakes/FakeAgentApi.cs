using System.Collections.Concurrent;
using System.Text.Json;
using HashBalancer.Consul.Models;
using HashBalancer.Consul.Tests;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Agent.Tests;

/// <summary>As much of a Consul agent as an instance speaks to: it remembers registrations, and forgets them when told.</summary>
internal sealed class FakeAgentApi
{
    public ConcurrentDictionary<string, AgentServiceRegistration> Services { get; } = new();

    /// <summary>How often each check was reported.</summary>
    public ConcurrentDictionary<string, int> Passes { get; } = new();

    /// <summary>The last report of each check.</summary>
    public ConcurrentDictionary<string, AgentCheckUpdate> Reports { get; } = new();

    /// <summary>Why instances are in maintenance mode.</summary>
    public ConcurrentDictionary<string, string> Maintenance { get; } = new();

    /// <summary>The entries of the key/value store, as text.</summary>
    public ConcurrentDictionary<string, string> Entries { get; } = new();

    /// <summary>What agent/service/:id gives as its hash; null for none.</summary>
    public string? Hash { get; set; }

    /// <summary>Goes before everything else when set; an answer of false lets the request through.</summary>
    public Func<HttpContext, Task<bool>>? Fault { get; set; }

    /// <summary>As a restart without a data directory does.</summary>
    public void Forget()
    {
        Services.Clear();
        Maintenance.Clear();
    }

    public async Task AnswerAsync(HttpContext context)
    {
        if (Fault is { } fault && await fault(context))
            return;
        context.Request.Body.Position = 0;
        string path = context.Request.Path.Value!;
        if (path == "/v1/agent/service/register")
        {
            AgentServiceRegistration registration = (await JsonSerializer.DeserializeAsync(
                context.Request.Body, ConsulJson.Default.AgentServiceRegistration))!;
            Services[registration.ID!] = registration;
        }
        else if (After(path, "/v1/agent/service/deregister/") is { } gone)
        {
            Services.TryRemove(gone, out _);
            Maintenance.TryRemove(gone, out _);
        }
        else if (After(path, "/v1/agent/check/update/") is { } check)
        {
            if (Services.Values.Any(s => s.Checks!.Any(c => c.CheckID == check && c.TTL is not null)))
            {
                Reports[check] = (await JsonSerializer.DeserializeAsync(context.Request.Body, ConsulJson.Default.AgentCheckUpdate))!;
                Passes.AddOrUpdate(check, 1, (_, n) => n + 1);
            }
            else
            {
                await FakeConsul.Text(context, 500, $"CheckID \"{check}\" does not have associated TTL");
            }
        }
        else if (After(path, "/v1/agent/service/maintenance/") is { } paused)
        {
            if (!Services.ContainsKey(paused))
                await FakeConsul.Text(context, 404, $"No service registered with ID \"{paused}\"");
            else if (context.Request.Query["enable"] == "true")
                Maintenance.TryAdd(paused, context.Request.Query["reason"].ToString());
            else
                Maintenance.TryRemove(paused, out _);
        }
        else if (After(path, "/v1/kv/") is { } key)
        {
            if (context.Request.Method == "DELETE")
                Entries.TryRemove(key, out _);
            else
                Entries[key] = await new StreamReader(context.Request.Body).ReadToEndAsync();
            await FakeConsul.Json(context, "true");
        }
        else if (path == "/v1/agent/checks")
        {
            Dictionary<string, HealthCheck> checks = Maintenance.ToDictionary(
                m => "_service_maintenance:" + m.Key, m => new HealthCheck { CheckID = "_service_maintenance:" + m.Key, Notes = m.Value });
            await FakeConsul.Json(context, JsonSerializer.Serialize(checks, ConsulJson.Default.IReadOnlyDictionaryStringHealthCheck));
        }
        else if (After(path, "/v1/agent/service/") is { } id)
        {
            if (Hash is not null && context.Request.Query["hash"] == Hash)
                await FakeConsul.Hang(context);
            context.Response.Headers["X-Consul-Contenthash"] = Hash;
            if (Services.TryGetValue(id, out AgentServiceRegistration? service))
                await FakeConsul.Json(context, JsonSerializer.Serialize(new AgentService { ID = id, Service = service.Name! }, ConsulJson.Default.AgentService));
            else
                await FakeConsul.Text(context, 404, $"unknown service ID: {id}");
        }
        else
        {
            context.Response.StatusCode = 404;
        }
    }

    private static string? After(string path, string prefix) => path.StartsWith(prefix, StringComparison.Ordinal) ? path[prefix.Length..] : null;
}
