using Microsoft.Extensions.Logging;

namespace HashBalancer.Control;

/// <summary>Follows what services announce.</summary>
internal sealed class AnnouncementWatch(
    IRegistrySource source, TimeSpan lossGrace, TimeProvider time, ILogger logger,
    Action<IReadOnlyList<ServiceAnnouncement>, ulong, int> answered, Action<QueryOutcome, string> failed)
    : GuardedWatch<ServiceTags, ServiceAnnouncement>("Announced services", source.Services(), static announcement => announcement.Service, lossGrace, time, logger)
{
    protected override IReadOnlyList<ServiceAnnouncement> Map(IReadOnlyList<ServiceTags> entries, Warnings warnings)
    {
        // The catalog lists services in random order; in an order of their own, warnings and results are comparable.
        List<ServiceAnnouncement> announcements = [];
        foreach (ServiceTags service in entries.OrderBy(s => s.Service, StringComparer.Ordinal))
        {
            if (ForeignText.FaultOf(service.Service, PoolDefinitionValidator.LongestName) is null && AnnouncementParser.Parse(service, warnings) is { } announcement)
                announcements.Add(announcement);
        }

        return announcements;
    }

    protected override void Answered(IReadOnlyList<ServiceAnnouncement> items, ulong index, int held) => answered(items, index, held);

    protected override void Failed(QueryOutcome outcome, string error) => failed(outcome, error);
}
