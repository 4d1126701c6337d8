using HashBalancer.Testing;

namespace HashBalancer.Control.Tests;

public sealed class RegistryStatusTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly ListLogger<RegistryStatus> _log = new();
    private readonly RegistryStatus _status;

    public RegistryStatusTests()
    {
        _status = new RegistryStatus(() => "http://registry:8500", _time, _log);
        _status.Watching("items");
        _status.Watching("users");
    }

    [Fact]
    public void Current_AtStart_IsNotYetKnown()
    {
        Assert.Equal(RegistryState.Unknown, _status.Current.State);
        Assert.Equal("http://registry:8500", _status.Current.Address);
        Assert.Null(_status.Current.LastError);
        Assert.Null(_status.Current.AnsweredAt);
        Assert.Equal("the registry at http://registry:8500 has not answered yet", _status.ProblemOf("items"));
        Assert.Equal("the registry at http://registry:8500 has not answered yet", _status.ProblemOf("unheard-of"));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void Answered_First_IsReachableAndLoggedOnce()
    {
        Advance(3);
        _status.Answered("items", 17, held: 0);
        Advance(4);
        _status.Answered("users", 18, held: 2);

        RegistryReport report = _status.Current;
        Assert.Equal((RegistryState.Reachable, At(3), At(7)), (report.State, report.Since, report.AnsweredAt));
        Assert.Equal(new QueryReport(QueryOutcome.Answered, At(3), 17, 0, null, 0), report.Pools["items"]);
        Assert.Equal(new QueryReport(QueryOutcome.Answered, At(7), 18, 0, null, 2), report.Pools["USERS"]);
        Assert.Null(_status.ProblemOf("items"));
        Assert.Equal(["Information: The registry at http://registry:8500 answers"], _log.Lines);
    }

    [Fact]
    public void Failed_ErrorThatIsASentence_IsShownWithoutItsFullStop()
    {
        _status.Failed("items", QueryOutcome.Failed, "Connection refused.");

        Assert.Equal("Connection refused", _status.Current.LastError);
        Assert.Equal(
            ["Warning: The registry at http://registry:8500 does not answer: Connection refused. Pools keep the nodes they have"], _log.Lines);
    }

    [Fact]
    public void Failed_EveryPool_LossAndRecoveryAreLoggedOnceEach()
    {
        _status.Answered("items", 1, held: 0);
        _status.Answered("users", 1, held: 0);
        Advance(10);
        _status.Failed("items", QueryOutcome.Failed, "reset");
        Assert.Equal(RegistryState.Reachable, _status.Current.State);
        _status.Failed("users", QueryOutcome.Failed, "refused");
        Advance(5);
        for (int i = 0; i < 3; i++)
        {
            _status.Failed("items", QueryOutcome.Failed, "refused");
            _status.Failed("users", QueryOutcome.Failed, "refused");
        }

        RegistryReport lost = _status.Current;
        Assert.Equal((RegistryState.Unreachable, At(10), At(0), "refused"), (lost.State, lost.Since, lost.AnsweredAt, lost.LastError));
        Assert.Equal(4, lost.Pools["items"].FailuresInRow);
        Assert.Equal("the registry at http://registry:8500 does not answer since 2026-01-01 00:00:10 UTC: refused", _status.ProblemOf("items"));

        Advance(5.5);
        _status.Answered("users", 9, held: 0);
        Assert.Equal((RegistryState.Reachable, At(20.5), "refused"), (_status.Current.State, _status.Current.Since, _status.Current.LastError));
        Assert.Null(_status.ProblemOf("users"));
        Assert.Equal("the registry at http://registry:8500 does not answer for pool 'items': refused", _status.ProblemOf("items"));
        _status.Answered("items", 9, held: 0);
        Assert.Equal(
        [
            "Information: The registry at http://registry:8500 answers",
            "Warning: The registry at http://registry:8500 does not answer: refused. Pools keep the nodes they have",
            "Information: The registry at http://registry:8500 answers again after 10.5 s",
        ], _log.Lines);
    }

    [Fact]
    public void Failed_BeforeAnyAnswer_IsUnreachable()
    {
        _status.Failed("items", QueryOutcome.Failed, "connection refused");
        Assert.Equal(RegistryState.Unreachable, _status.Current.State);
        Assert.Equal("the registry at http://registry:8500 does not answer since 2026-01-01 00:00:00 UTC: connection refused", _status.ProblemOf("users"));
        Assert.Equal(["Warning: The registry at http://registry:8500 does not answer: connection refused. Pools keep the nodes they have"], _log.Lines);
    }

    [Fact]
    public void Failed_OnePoolWhileAnotherIsAnswered_IsThePoolsTroubleFromItsSecondFailureOn()
    {
        _status.Answered("items", 1, held: 0);
        _status.Failed("users", QueryOutcome.Failed, "No path to datacenter");
        Assert.Single(_log.Lines);
        _status.Failed("users", QueryOutcome.Failed, "No path to datacenter");
        _status.Failed("users", QueryOutcome.Failed, "No path to datacenter");
        _status.Answered("users", 1, held: 0);

        Assert.Equal(RegistryState.Reachable, _status.Current.State);
        Assert.Equal(0, _status.Current.Pools["users"].FailuresInRow);
        Assert.Equal(
        [
            "Information: The registry at http://registry:8500 answers",
            "Warning: The registry at http://registry:8500 does not answer for pool users: No path to datacenter. What is known stays in force",
            "Information: The registry at http://registry:8500 answers for pool users again",
        ], _log.Lines);
    }

    [Fact]
    public void Failed_Refused_RegistryIsReachableAndThePoolIsInTroubleAtOnce()
    {
        _status.Failed("items", QueryOutcome.Refused, "403 Permission denied");
        Assert.Equal(RegistryState.Reachable, _status.Current.State);
        Assert.Null(_status.Current.AnsweredAt);
        Assert.Equal("the registry at http://registry:8500 does not answer for pool 'items': 403 Permission denied", _status.ProblemOf("items"));
        Assert.Equal(
        [
            "Information: The registry at http://registry:8500 answers",
            "Warning: The registry at http://registry:8500 does not answer for pool items: 403 Permission denied. What is known stays in force",
        ], _log.Lines);
    }

    [Fact]
    public void NoLongerWatching_PoolThatFailed_CountsNoMore()
    {
        _status.Failed("items", QueryOutcome.Failed, "x");
        _status.NoLongerWatching("items");
        _status.Answered("items", 5, held: 0);
        Assert.Equal(["users"], _status.Current.Pools.Keys);
        Assert.Equal(RegistryState.Unreachable, _status.Current.State);
    }

    private void Advance(double seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));

    private static DateTimeOffset At(double seconds) => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(seconds);
}
