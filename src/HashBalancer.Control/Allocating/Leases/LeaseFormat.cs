using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace HashBalancer.Control;

/// <summary>Leases and epochs as entries of the registry.</summary>
/// <remarks>Whoever may write to the registry may write anything: what is read is checked, and refused as a whole.</remarks>
internal static class LeaseFormat
{
    /// <summary>Who does not know a format keeps what it has.</summary>
    public const int Format = 1;

    public static byte[] Write(FleetLease lease) => JsonSerializer.SerializeToUtf8Bytes(new WireLease(Format, lease), FleetJson.Default.WireLease);

    public static bool TryRead(string node, ReadOnlySpan<byte> text, [NotNullWhen(true)] out FleetLease? lease)
    {
        lease = Read(text, FleetJson.Default.WireLease) is { Format: Format, Lease: { } read } && read.Node == node && IsSound(read) ? read : null;
        return lease is not null;
    }

    public static byte[] Write(FleetEpoch epoch) => JsonSerializer.SerializeToUtf8Bytes(epoch, FleetJson.Default.FleetEpoch);

    public static FleetEpoch? ReadEpoch(ReadOnlySpan<byte> text) => Read(text, FleetJson.Default.FleetEpoch) is { Number: > 0 } epoch ? epoch : null;

    public static byte[] Write(AgentReport report) => JsonSerializer.SerializeToUtf8Bytes(report, FleetJson.Default.AgentReport);

    public static AgentReport? ReadAgent(ReadOnlySpan<byte> text) => Read(text, FleetJson.Default.AgentReport);

    public static T? Read<T>(ReadOnlySpan<byte> text, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(text, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsSound(FleetLease lease) =>
        Enum.IsDefined(lease.Phase) && lease.Epoch >= 0
        && (lease.Phase == LeasePhase.Free ? lease.Pool is null : lease is { Pool.Length: > 0, Service.Length: > 0, Instance.Length: > 0 })
        && lease.Refusals.All(refusal => refusal is { Pool.Length: > 0, Times: > 0 });
}

/// <summary>See <see cref="LeaseFormat"/>.</summary>
internal sealed record WireLease(int Format, FleetLease Lease);

/// <summary>Published after the leases that it is about: who sees it finds them all.</summary>
/// <param name="Number">Counts up by one with every change of leases, from leader to leader.</param>
/// <param name="At">When.</param>
/// <param name="Leader">Who decided.</param>
public sealed record FleetEpoch(long Number, DateTimeOffset At, string Leader);

/// <summary>What a node's agent does about its lease.</summary>
public enum AgentState
{
    /// <summary>It runs nothing.</summary>
    Idle,

    /// <summary>What it started does not serve yet.</summary>
    Starting,

    /// <summary>It serves.</summary>
    Running,

    /// <summary>What it started ended by itself, and is started again.</summary>
    Restarting,

    /// <summary>What it ran is being stopped.</summary>
    Stopping,

    /// <summary>It does not do it.</summary>
    Declined,
}

/// <summary>What the agent of a node says.</summary>
/// <param name="State">What it does about its lease.</param>
/// <param name="Assigned">The <see cref="FleetLease.Assigned"/> of the lease that it is about.</param>
/// <param name="Instance">The ServiceID of what it runs.</param>
/// <param name="Reason">Why it declined, or restarts.</param>
/// <param name="Restarts">How often what it runs was started again.</param>
/// <param name="Cpu">Processor time used, as a fraction of what the node has.</param>
/// <param name="Memory">Memory used, as a fraction of what the node has.</param>
/// <param name="Utilisation">The most used resource.</param>
/// <param name="Limits">Which limits hold for what it runs, or why none do.</param>
public sealed record AgentReport(
    AgentState State, long Assigned = 0, string? Instance = null, string? Reason = null, int Restarts = 0,
    double? Cpu = null, double? Memory = null, double? Utilisation = null, string? Limits = null);
