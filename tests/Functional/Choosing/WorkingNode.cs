using System.Net;
using HashBalancer.Functional.Processes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace HashBalancer.Functional.Choosing;

/// <summary>A node in the test's process with a few workers and a cache of keys: a request takes a worker for a while, longer if its key is not held.</summary>
internal sealed class WorkingNode : IAsyncDisposable
{
    public const int Slots = 4;

    private readonly SemaphoreSlim _free = new(Slots);
    private readonly Lock _lock = new();
    private readonly HashSet<string> _held = new(StringComparer.Ordinal);
    private readonly Queue<string> _byAge = new();
    private readonly Plan _plan;
    private readonly WebApplication _service;
    private long _requests;
    private long _hits;
    private long _busyTicks;

    private WorkingNode(string id, Plan plan)
    {
        Id = id;
        _plan = plan;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _service = builder.Build();
        _service.Run(AnswerAsync);
    }

    public string Id { get; }

    /// <summary>What it has done so far.</summary>
    public Work Done => new(Interlocked.Read(ref _requests), Interlocked.Read(ref _hits), TimeSpan.FromTicks(Interlocked.Read(ref _busyTicks)));

    /// <summary>Starts nodes, registers them as instances of the demo's service and waits until they serve.</summary>
    public static async Task<WorkingNode[]> StartFor(RunningGateway gateway, int count, Plan plan)
    {
        WorkingNode[] nodes = [.. Enumerable.Range(0, count).Select(i => new WorkingNode($"n-{i}", plan))];
        foreach (WorkingNode node in nodes)
        {
            await node._service.StartAsync();
            int port = new Uri(node._service.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
            using HttpResponseMessage registered = await gateway.Put("/v1/agent/service/register", new { node.Id, Name = "demo", Address = "127.0.0.1", Port = port });
            registered.EnsureSuccessStatusCode();
        }

        await gateway.NodesUp(count);
        return nodes;
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        _free.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        bool isHit = Use(context.Request.Headers["X-User-Id"].ToString());
        await _free.WaitAsync(context.RequestAborted);
        long begun = TimeProvider.System.GetTimestamp();
        try
        {
            await Task.Delay(isHit ? _plan.Hit : _plan.Miss, TimeProvider.System, context.RequestAborted);
        }
        finally
        {
            Interlocked.Add(ref _busyTicks, TimeProvider.System.GetElapsedTime(begun).Ticks);
            _free.Release();
        }

        Interlocked.Increment(ref _requests);
        if (isHit)
            Interlocked.Increment(ref _hits);
        await context.Response.WriteAsync(Id);
    }

    /// <summary>Whether the key was held; it is now, and the oldest one may be no more.</summary>
    private bool Use(string key)
    {
        lock (_lock)
        {
            if (!_held.Add(key))
                return true;
            _byAge.Enqueue(key);
            if (_byAge.Count > _plan.Keys)
                _held.Remove(_byAge.Dequeue());
            return false;
        }
    }

    /// <summary>How nodes work.</summary>
    /// <param name="Hit">How long a request takes whose key is held.</param>
    /// <param name="Miss">How long another one takes.</param>
    /// <param name="Keys">How many keys are held.</param>
    public sealed record Plan(TimeSpan Hit, TimeSpan Miss, int Keys);

    /// <summary>What one or several nodes did.</summary>
    /// <param name="Requests">Requests answered.</param>
    /// <param name="Hits">Those whose key was held.</param>
    /// <param name="Busy">The time of all workers together.</param>
    public sealed record Work(long Requests, long Hits, TimeSpan Busy)
    {
        public static Work operator +(Work one, Work other) => new(one.Requests + other.Requests, one.Hits + other.Hits, one.Busy + other.Busy);

        public static Work operator -(Work one, Work other) => new(one.Requests - other.Requests, one.Hits - other.Hits, one.Busy - other.Busy);
    }
}
