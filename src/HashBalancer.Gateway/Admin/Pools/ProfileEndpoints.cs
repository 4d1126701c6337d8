using System.Text.Json.Serialization;
using HashBalancer.Proxy;
using HashBalancer.Ring;

namespace HashBalancer.Gateway.Admin;

/// <summary>GET /api/v1/pools/{pool}/profile?key=KEY&amp;wait=SECONDS: what would happen to a request with a key, and what did happen to the next one that came, with
/// the time of each step.</summary>
internal static class ProfileEndpoints
{
    private const double LongestWait = 60;

    public static void Map(IEndpointRouteBuilder endpoints, IServiceProvider gateway)
    {
        KeyExplainer explainer = gateway.GetRequiredService<KeyExplainer>();
        RequestObserver observer = gateway.GetRequiredService<RequestObserver>();
        TimeProvider time = gateway.GetRequiredService<TimeProvider>();
        endpoints.MapGet("/api/v1/pools/{pool}/profile", async (HttpContext context, string pool, string? key, double? wait) =>
            {
                if (key is null)
                    return AdminProblem.Of(StatusCodes.Status400BadRequest, "The parameter key is missing: ?key=KEY.");
                if (wait is not (null or (>= 0 and <= LongestWait)))
                    return AdminProblem.Of(StatusCodes.Status400BadRequest, FormattableString.Invariant($"wait is {wait}, but must be 0 to {LongestWait} seconds."));
                long begun = time.GetTimestamp();
                if (explainer.Explain(pool, key) is not { } explanation)
                    return AdminProblem.NoPool(pool);
                TimeSpan took = time.GetElapsedTime(begun);
                RequestRecord? record = null;
                if (wait is > 0)
                {
                    using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
                    stop.CancelAfter(TimeSpan.FromSeconds(wait.Value));
                    try
                    {
                        record = await observer.ProfileAsync(explanation.Pool, KeyHash.Of(key), stop.Token);
                        if (record is null)
                            return AdminProblem.Of(StatusCodes.Status503ServiceUnavailable, "Too many profiles wait for their requests already.");
                    }
                    catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
                    {
                        // No request came; what would happen is told all the same.
                    }
                }

                return Results.Json(new ProfileReport(explanation, took.TotalSeconds, record is null ? null : RequestProfile.Of(record)), ProfileJson.Default.ProfileReport);
            })
            .Describe("What would happen to a request with a key, and what did happen to the next one.", ProfileJson.Default.ProfileReport, null,
                ("key", "The key as the pool's sources yield it.", true), ("wait", "Seconds to wait for a request with the key, 0 to 60; default 0.", false));
    }
}

/// <summary>What would happen to a request with a key, and what did.</summary>
/// <param name="Explanation">What would happen now.</param>
/// <param name="ExplanationSeconds">How long it took to find that out: the choice of a node, and this report's own looks at eight.</param>
/// <param name="Request">What happened to the next request; null when none came.</param>
internal sealed record ProfileReport(KeyExplanation Explanation, double ExplanationSeconds, RequestProfile? Request);

/// <summary>What happened to one request.</summary>
/// <param name="SnapshotVersion">The snapshot that it went by.</param>
/// <param name="Node">The node that answered last.</param>
/// <param name="Reason">Why its first node was chosen.</param>
/// <param name="AdmissionSeconds">How long it waited to be let in.</param>
/// <param name="SelectionSeconds">How long it took to find its key and choose a node.</param>
/// <param name="WaitSeconds">How long it waited for its key's node.</param>
/// <param name="TotalSeconds">How long it took in all.</param>
/// <param name="Tries">The nodes that it was sent to.</param>
internal sealed record RequestProfile(
    long SnapshotVersion, string? Node, string? Reason, double AdmissionSeconds, double SelectionSeconds, double WaitSeconds, double TotalSeconds, IReadOnlyList<TryProfile> Tries)
{
    public static RequestProfile Of(RequestRecord record) => new(
        record.SnapshotVersion,
        record.Node,
        record.Reason,
        record.Admission.TotalSeconds,
        record.Selection.TotalSeconds,
        record.Wait.TotalSeconds,
        record.Total.TotalSeconds,
        [.. record.Tries.Select(one => new TryProfile(one.Node, one.Reason, one.After.TotalSeconds, one.Took.TotalSeconds, one.Outcome, one.Error))]);
}

/// <summary>One try.</summary>
/// <param name="Node">The node.</param>
/// <param name="Reason">Why that one.</param>
/// <param name="AfterSeconds">When it began, after the request.</param>
/// <param name="TookSeconds">How long it took.</param>
/// <param name="Outcome">The class of the node's status; failed or canceled without one.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
internal sealed record TryProfile(string Node, string Reason, double AfterSeconds, double TookSeconds, string Outcome, string? Error);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ProfileReport))]
internal sealed partial class ProfileJson : JsonSerializerContext;
