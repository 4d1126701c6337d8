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

    /// <summary>How often each check was reported as passing.</summary>
    public ConcurrentDictionary<string, int> Passes { get; } = new();

    /// <summary>Goes before everything else when set; an answer of false lets the request through.</summary>
    public Func<HttpContext, Task<bool>>? Fault { get; set; }

    /// <summary>As a restart without a data directory does.</summary>
    public void Forget() => Services.Clear();

    public async Task AnswerAsync(HttpContext context)
    {
        if (Fault is { } fault && await fault(context))
            return;
        string path = context.Request.Path.Value!;
        if (path == "/v1/agent/service/register")
        {
            context.Request.Body.Position = 0;
            AgentServiceRegistration registration = (await JsonSerializer.DeserializeAsync(
                context.Request.Body, ConsulJson.Default.AgentServiceRegistration))!;
            Services[registration.ID!] = registration;
        }
        else if (After(path, "/v1/agent/service/deregister/") is { } gone)
        {
            Services.TryRemove(gone, out _);
        }
        else if (After(path, "/v1/agent/check/update/") is { } check)
        {
            if (Services.Values.Any(s => s.Check!.CheckID == check && s.Check.TTL is not null))
                Passes.AddOrUpdate(check, 1, (_, n) => n + 1);
            else
                await FakeConsul.Text(context, 500, $"CheckID \"{check}\" does not have associated TTL");
        }
        else if (After(path, "/v1/agent/service/maintenance/") is { } paused)
        {
            if (!Services.ContainsKey(paused))
                await FakeConsul.Text(context, 404, $"No service registered with ID \"{paused}\"");
        }
        else if (After(path, "/v1/agent/service/") is { } id)
        {
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
