using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace HashBalancer.Registry.Tests;

/// <summary>What playing one scenario gave.</summary>
/// <param name="Skipped">Why it was not played, or null.</param>
/// <param name="Played">How many exchanges were.</param>
/// <param name="Deviations">What differed.</param>
internal sealed record ReplayResult(string? Skipped, int Played, IReadOnlyList<Deviation> Deviations);

/// <summary>
/// Plays all scenarios once, so that tests only wait for their own. Against the embedded registry each has a server of its own: the quick ones
/// run in turn, then those that mostly sleep all at once. Against a real agent, which they share, all run in turn.
/// </summary>
public sealed class ReplaySession : IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<ReplayResult>> _results = new(StringComparer.Ordinal);
    private Task _all = Task.CompletedTask;

    public ValueTask InitializeAsync()
    {
        foreach (string name in Recordings.Names)
            _results[name] = new TaskCompletionSource<ReplayResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        _all = Task.Run(PlayAllAsync);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync() => await _all;

    internal Task<ReplayResult> ResultOf(string name) => _results[name].Task;

    private async Task PlayAllAsync()
    {
        // One port stands in the recordings' bodies, so all fixtures of a run come from here.
        string[] quick = [.. Recordings.Names.Where(name => Recordings.SleepOf(Recordings.Read(name, 0)) < 1500)];
        string[] slow = [.. Recordings.Names.Except(quick, StringComparer.Ordinal)];
        foreach (string name in quick)
            await PlayAsync(name);
        if (RealAgent.IsUsed)
        {
            foreach (string name in slow)
                await PlayAsync(name);
        }
        else
        {
            await Task.WhenAll(slow.Select(PlayAsync));
        }
    }

    private async Task PlayAsync(string name)
    {
        try
        {
            _results[name].SetResult(RealAgent.IsUsed ? await PlayOnRealAsync(name) : await PlayOnEmbeddedAsync(name));
        }
        catch (Exception e)
        {
            _results[name].SetException(e);
        }
    }

    private static async Task<ReplayResult> PlayOnRealAsync(string name)
    {
        (Uri? address, string? missing) = RealAgent.For(name);
        return address is null ? new ReplayResult(missing, 0, []) : await PlayAsync(name, address, TimeProvider.System);
    }

    private static async Task<ReplayResult> PlayOnEmbeddedAsync(string name)
    {
        double speed = Recordings.SpeedOf(name);
        TimeProvider time = speed == 1 ? TimeProvider.System : new ScaledTimeProvider(speed);
        RegistryOptions options = RunningRegistry.Options;
        options.UseStreamingBackend = !Recordings.IsClassic(name);
        options.Token = Recordings.HasAccessControl(name) ? Recordings.MasterToken : null;
        await using RunningRegistry registry = await RunningRegistry.StartAsync(options, time, new MiddleRandom());
        // The recorded agent had been up for a while when it looked for critical services: its rounds of 30 s had moved on by some seconds.
        if (name == "10-deregister-critical")
            await Task.Delay(TimeSpan.FromSeconds(6), time);
        return await PlayAsync(name, registry.Server.Address, time);
    }

    private static async Task<ReplayResult> PlayAsync(string name, Uri address, TimeProvider time)
    {
        await using var fixture = new HealthFixture();
        JsonObject scenario = Recordings.Read(name, fixture.Port);
        using var player = new RecordingPlayer(scenario, address, fixture, time);
        IReadOnlyList<Deviation> deviations = await player.PlayAsync();
        return new ReplayResult(null, player.Played, deviations);
    }
}

/// <summary>
/// Every random part of a length of time is its half: a probe of every 60 s comes after 30, in no run of a scenario of a second. By chance it came
/// into one of a hundred. Ids stay random.
/// </summary>
internal sealed class MiddleRandom : Random
{
    public override double NextDouble() => 0.5;
}

/// <summary>A real Consul agent to play against instead of the embedded registry, if the environment names one.</summary>
internal static class RealAgent
{
    /// <summary>A fresh development agent on this machine, its node named node-1.</summary>
    public const string Variable = "HASHBALANCER_TEST_CONSUL";

    /// <summary>The same with use_streaming_backend=false.</summary>
    public const string ClassicVariable = "HASHBALANCER_TEST_CONSUL_CLASSIC";

    /// <summary>The same with ACLs on, default policy deny, and the recordings' master token.</summary>
    public const string AclVariable = "HASHBALANCER_TEST_CONSUL_ACL";

    public static Uri? Address => Read(Variable);

    public static bool IsUsed => Address is not null;

    /// <summary>The agent for a scenario, or why there is none.</summary>
    public static (Uri? Address, string? Missing) For(string scenario)
    {
        string variable = Recordings.IsClassic(scenario) ? ClassicVariable : Recordings.HasAccessControl(scenario) ? AclVariable : Variable;
        return (Read(variable), $"{variable} names no agent of the kind that {scenario} needs");
    }

    private static Uri? Read(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? new Uri(text) : null;
}
