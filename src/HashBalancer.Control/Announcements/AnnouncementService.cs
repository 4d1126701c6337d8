using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HashBalancer.Control;

/// <summary>Knows which services bring their own routes and hash keys, by the tags <c>hashbalancer.route</c> and <c>hashbalancer.hash-keys</c>.</summary>
/// <remarks>
/// <para>It tells; the host decides what becomes of it. Whoever may register a service can announce any route: a host that routes
/// by announcements trusts everyone who can write to the registry.</para>
/// <para>Thread-safe. A lost registry takes nothing away, a doubtful answer is guarded as that of a pool is
/// (<see cref="MembershipOptions.LossGrace"/>), and the last-known-good file has the announcements, too.</para>
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "StopAsync ends and disposes the watch.")]
public sealed class AnnouncementService : IHostedService
{
    private readonly IRegistrySource _source;
    private readonly RegistryStatus _status;
    private readonly ControlTelemetry _telemetry;
    private readonly LastKnownGood _known;
    private readonly TimeProvider _time;
    private readonly TimeSpan _lossGrace;
    private readonly ILogger<AnnouncementService> _logger;
    private AnnouncementWatch? _watch;
    private Answer _current = new([]);

    internal AnnouncementService(
        IRegistrySource source, RegistryStatus status, ControlTelemetry telemetry, LastKnownGood known, TimeProvider time,
        IOptions<MembershipOptions> options, ILogger<AnnouncementService> logger)
    {
        _source = source;
        _status = status;
        _telemetry = telemetry;
        _known = known;
        _time = time;
        _lossGrace = options.Value.LossGrace;
        _logger = logger;
    }

    /// <summary>Tells that <see cref="Current"/> is another one: never twice at once; the registry's next answer waits for the handlers.</summary>
    public event EventHandler? Changed;

    /// <summary>The announcements in order of service (ordinal).</summary>
    public ImmutableArray<ServiceAnnouncement> Current => Volatile.Read(ref _current).Announcements;

    /// <summary>Begins with what the last-known-good file had, and follows the registry.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _watch = new AnnouncementWatch(_source, _lossGrace, _time, _logger, Answered, Failed);
        _status.Watching(pool: null);
        if (_known.Announcements is { Announcements.Count: > 0 } known)
        {
            _watch.Restore(known.Announcements, known.Index);
            Put(known.Announcements);
        }

        _watch.Start();
        return Task.CompletedTask;
    }

    /// <summary>Stops following; <see cref="Current"/> stays.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _watch, null) is { } watch)
            await watch.DisposeAsync().AsTask().WaitAsync(cancellationToken);
    }

    private void Answered(IReadOnlyList<ServiceAnnouncement> announcements, ulong index, int held)
    {
        _telemetry.Query(QueryOutcome.Answered);
        _status.Answered(pool: null, index, held);
        _known.Remember(announcements, index);
        Put(announcements);
    }

    private void Failed(QueryOutcome outcome, string error)
    {
        _telemetry.Query(outcome);
        _status.Failed(pool: null, outcome, error);
    }

    private void Put(IReadOnlyList<ServiceAnnouncement> announcements)
    {
        ImmutableArray<ServiceAnnouncement> sorted = [.. announcements.OrderBy(a => a.Service, StringComparer.Ordinal)];
        if (sorted.SequenceEqual(Current))
            return;
        Volatile.Write(ref _current, new Answer(sorted));
        Changed?.Invoke(this, EventArgs.Empty);
    }

    private sealed record Answer(ImmutableArray<ServiceAnnouncement> Announcements);
}
