using System.Text.Json;
using HashBalancer.Control;

namespace HashBalancer.Gateway.Dashboard.Feed;

/// <summary>Writes how a shared fleet is divided among pools.</summary>
internal static class AllocationRows
{
    private const int MostPools = 50;

    /// <summary>The fleet in nodes, what holds it, and of each pool: name, nodes assigned, arriving, leaving, demand, guarantee, ceiling, reason.</summary>
    public static void Write(Utf8JsonWriter json, AllocationState? state)
    {
        if (state is not { Pools.Count: > 0 })
        {
            json.WriteNull("allocation");
            return;
        }

        json.WriteStartObject("allocation");
        json.WriteString("mode", state.Mode.ToString());
        json.WriteBoolean("frozen", state.Frozen);
        json.WriteString("note", state.Fault ?? state.Hold);
        json.WriteNumber("nodes", state.Fleet.Nodes);
        json.WriteNumber("available", state.Fleet.Available);
        json.WriteNumber("free", state.Fleet.Free);
        json.WriteNumber("poolCount", state.Pools.Count);
        json.WriteStartArray("pools");
        foreach (PoolState pool in state.Pools.Take(MostPools))
        {
            json.WriteStartArray();
            json.WriteStringValue(pool.Name);
            json.WriteNumberValue(pool.Assigned);
            json.WriteNumberValue(pool.Arriving);
            json.WriteNumberValue(pool.Leaving);
            json.WriteNumberValue(Math.Round(pool.Demand, 2));
            json.WriteNumberValue(pool.Guarantee);
            if (pool.Ceiling is { } ceiling)
                json.WriteNumberValue(ceiling);
            else
                json.WriteNullValue();
            json.WriteStringValue(pool.Reason);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
