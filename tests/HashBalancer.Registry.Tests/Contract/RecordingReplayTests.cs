using Xunit.Sdk;

namespace HashBalancer.Registry.Tests;

/// <summary>Every recorded exchange with a real agent, played again: same requests, same statuses, headers and bodies.</summary>
public sealed class RecordingReplayTests(ReplaySession session) : IClassFixture<ReplaySession>
{
    /// <summary>All that is recorded: fewer played means that the suite lost some.</summary>
    private const int RecordedExchanges = 892;

    public static TheoryData<string> Scenarios => [.. Recordings.Names];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Scenario_PlayedAgain_AnswersAsRecorded(string name)
    {
        ReplayResult result = await session.ResultOf(name);
        Assert.SkipWhen(result.Skipped is not null, result.Skipped ?? "");

        MeantDeviation[] meant = RealAgent.IsUsed ? [] : [.. MeantDeviation.All.Where(deviation => deviation.Scenario == name)];
        Deviation[] unexpected =
        [
            .. result.Deviations.Where(deviation => deviation.Differences.Any(difference =>
                !meant.Any(m => m.Position == deviation.Position && m.Pointer == difference.Pointer))),
        ];
        if (unexpected.Length > 0)
            throw new XunitException($"{name}: {unexpected.Length} of {result.Played} deviate{Environment.NewLine}{string.Join(Environment.NewLine, unexpected.Select(d => d.ToString()))}");
        Assert.All(meant, m => Assert.Contains(result.Deviations, deviation => deviation.Position == m.Position));
    }

    [Fact]
    public async Task Suite_AgainstTheEmbeddedRegistry_PlaysEveryExchange()
    {
        Assert.SkipWhen(RealAgent.IsUsed, $"{RealAgent.Variable} is set: scenarios may be skipped");
        ReplayResult[] results = await Task.WhenAll(Recordings.Names.Select(session.ResultOf));

        Assert.Equal(RecordedExchanges, results.Sum(result => result.Played));
    }

    [Fact]
    public void MeantDeviations_AreAtMostOneInTwenty() => Assert.InRange(MeantDeviation.All.Count, 0, RecordedExchanges / 20);
}
