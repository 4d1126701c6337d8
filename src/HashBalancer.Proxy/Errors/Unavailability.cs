using HashBalancer.Ring;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Proxy;

/// <summary>The answer to a request that no node of its pool can take.</summary>
/// <param name="View">The pool as the snapshot had it; null when it did not.</param>
/// <param name="Reason">Why.</param>
/// <param name="Body">The body of the answer.</param>
internal sealed record Unavailability(PoolSnapshot? View, ErrorReason Reason, byte[] Body)
{
    private const int Status = StatusCodes.Status503ServiceUnavailable;

    /// <summary>Seconds: the state of nodes changes within seconds, and a client that waits longer is away longer than it need be.</summary>
    private const string RetryAfter = "1";

    /// <summary>The answer for a pool in a state. Made once per state: a pool is asked most when it is down, and its nodes may be many.</summary>
    /// <remarks>Requests of two snapshots may replace each other's answer; each gets its own.</remarks>
    public static Unavailability Of(Pool pool, PoolSnapshot? view)
    {
        Unavailability? known = pool.Runtime.Unavailability;
        if (known is null || known.View != view)
            pool.Runtime.Unavailability = known = For(pool.Name, view);
        return known;
    }

    /// <summary>Answers.</summary>
    public Task Write(HttpResponse response)
    {
        response.Headers.RetryAfter = RetryAfter;
        return Problem.Write(response, Status, Body);
    }

    private static Unavailability For(string pool, PoolSnapshot? view)
    {
        (ErrorReason reason, string detail) = view switch
        {
            null => (ErrorReason.PoolUnknown, $"The control plane has published nothing about pool '{pool}' yet."),
            { Source: MembershipSource.None } => (ErrorReason.RegistryUnanswered, $"The registry has not answered for pool '{pool}' yet."),
            { Nodes.IsEmpty: true } => (ErrorReason.NoNodes, $"Pool '{pool}' has no registered node."),
            _ => (ErrorReason.NoServingNode, $"No node of pool '{pool}' serves (of {view.Nodes.Length}: {StatesOf(view)})."),
        };
        if (view?.Note is { } note)
            detail = $"{detail} {note}";
        return new Unavailability(view, reason, Problem.Body(Status, reason, pool, detail));
    }

    private static string StatesOf(PoolSnapshot view) => string.Join(", ", view.Nodes
        .GroupBy(StateOf)
        .OrderBy(nodes => nodes.Key, StringComparer.Ordinal)
        .Select(nodes => $"{nodes.Count()} {nodes.Key}"));

    private static string StateOf(Node node) => node switch
    {
        { State: NodeState.Down } => "down",
        { State: NodeState.Draining } => "draining",
        { State: NodeState.Warming } => "warming",
        { Weight: 0 } => "of weight 0",
        _ when NodeRuntime.Of(node).DestinationOf(node) is null => "without a usable address",
        _ => "not on the ring",
    };
}
