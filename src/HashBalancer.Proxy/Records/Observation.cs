using System.Diagnostics;
using HashBalancer.Ring;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Proxy;

/// <summary>Watches one request: its record, and spans where its trace is recorded.</summary>
internal sealed class Observation(RequestObserver observer, Pool pool, Activity? server, TimeProvider time)
{
    private readonly long _begun = time.GetTimestamp();

    public RequestRecord Record { get; } = new() { Pool = pool.Name };

    /// <summary>A span of something that the request does; null when its trace is not recorded.</summary>
    public Activity? Span(string name) => server is null ? null : RequestObserver.Source.StartActivity(name, ActivityKind.Internal, server.Context)?.SetTag(TagNames.Pool, pool.Name);

    /// <summary>It was let in.</summary>
    public void Admitted() => Record.Admission = time.GetElapsedTime(_begun);

    /// <summary>A node was chosen, or none.</summary>
    /// <param name="span">The span of the choice.</param>
    /// <param name="walk">The request's walk.</param>
    /// <param name="selection">The choice.</param>
    /// <param name="version">The snapshot's version.</param>
    public void Selected(Activity? span, in NodeWalk walk, in NodeSelection selection, long version)
    {
        Record.Selection = time.GetElapsedTime(_begun) - Record.Admission;
        Record.Hash = walk.Hash;
        Record.SnapshotVersion = version;
        Record.Reason = selection.Reason.Name();
        if (span is null)
            return;
        span.SetTag(TagNames.Reason, Record.Reason).SetTag(TagNames.Node, selection.Node?.Id).SetTag(TagNames.Hash, Record.HashText).Dispose();
    }

    /// <summary>The wait for its key's node is over.</summary>
    public void Waited(Activity? span, TimeSpan took, WaitVerdict verdict, Node node)
    {
        Record.Wait = took;
        span?.SetTag(TagNames.Node, node.Id).SetTag(TagNames.Verdict, verdict.Name()).Dispose();
    }

    /// <summary>A wait led to another choice.</summary>
    public void Chosen(in NodeSelection selection) => Record.Reason = selection.Reason.Name();

    /// <summary>A try begins; its span is the one that the node is told of.</summary>
    public TryObservation Try(in NodeSelection selection)
    {
        string reason = selection.Reason.Name();
        int number = Record.Begin(new TryRecord(selection.Node!.Id, reason, time.GetElapsedTime(_begun), TimeSpan.Zero, "", Error: null));
        Activity? span = server is null ? null : RequestObserver.Source.StartActivity("try", ActivityKind.Client, server.Context);
        span?.SetTag(TagNames.Pool, pool.Name).SetTag(TagNames.Node, selection.Node.Id).SetTag(TagNames.Reason, reason).SetTag(TagNames.Try, number)
            .SetTag("server.address", selection.Node.Host).SetTag("server.port", selection.Node.Port);
        return new TryObservation(this, number, span, time.GetTimestamp());
    }

    /// <summary>The request has ended.</summary>
    public void End(HttpContext context)
    {
        Record.Total = time.GetElapsedTime(_begun);
        if (server is not null)
        {
            server.SetTag(TagNames.Pool, pool.Name).SetTag(TagNames.Node, Record.Node).SetTag(TagNames.Reason, Record.Reason).SetTag(TagNames.Tries, Record.TryCount)
                .SetTag("http.request.method", context.Request.Method).SetTag("url.path", context.Request.Path.Value)
                .SetTag("http.response.status_code", context.Response.StatusCode);
            if (context.Response.StatusCode >= StatusCodes.Status500InternalServerError)
                server.SetStatus(ActivityStatusCode.Error);
        }

        observer.Ended(Record);
    }

    /// <summary>The names of attributes.</summary>
    public static class TagNames
    {
        public const string Pool = "hashbalancer.pool";
        public const string Node = "hashbalancer.node";
        public const string Reason = "hashbalancer.reason";
        public const string Try = "hashbalancer.try";
        public const string Tries = "hashbalancer.tries";
        public const string Hash = "hashbalancer.key.hash";
        public const string Verdict = "hashbalancer.wait";
    }

    /// <summary>Watches one try.</summary>
    public sealed class TryObservation(Observation of, int number, Activity? span, long begun)
    {
        private readonly TimeProvider _time = of.TimeOf;

        /// <summary>The try has ended.</summary>
        public void End(Outcome outcome, ErrorReason? error, int status)
        {
            of.Record.End(number, _time.GetElapsedTime(begun), outcome.CodeClass(), error?.Name());
            if (span is null)
                return;
            if (outcome is not (Outcome.Failed or Outcome.Canceled))
                span.SetTag("http.response.status_code", status);
            if (error is { } reason)
                span.SetTag("error.type", reason.Name());
            if (error is not null || outcome is Outcome.Failed or Outcome.ServerError)
                span.SetStatus(ActivityStatusCode.Error);
            span.Dispose();
        }
    }

    private TimeProvider TimeOf => time;
}
