using System.Buffers.Binary;
using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>The last user events. Guarded by the state's lock.</summary>
internal sealed class UserEvents
{
    /// <summary>How many events an agent remembers.</summary>
    private const int Capacity = 256;

    private readonly Queue<UserEvent> _events = new();
    private ulong _time;

    public IReadOnlyList<UserEvent> All => [.. _events];

    /// <summary>The Lamport time of the next event.</summary>
    public ulong NextTime() => ++_time;

    public void Add(Change change, UserEvent happened)
    {
        if (_events.Count == Capacity)
            _events.Dequeue();
        _events.Enqueue(happened);
        change.Touch(Topic.Events);
    }

    /// <summary>What an event list has for an index: both halves of the last event's id, folded. Only good for telling two lists apart.</summary>
    public static ulong IndexOf(string id)
    {
        Span<byte> bytes = stackalloc byte[16];
        Guid.Parse(id).TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadUInt64BigEndian(bytes) ^ BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
    }
}
