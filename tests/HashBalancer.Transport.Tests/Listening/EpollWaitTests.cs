namespace HashBalancer.Transport.Tests.Listening;

public sealed class EpollWaitTests
{
    [Fact]
    public async Task Run_TokenCanceledWhileTheOperationIsTried_EndsAsCanceled()
    {
        using var source = new CancellationTokenSource();
        var operation = new Operation { Tried = source.Cancel };
        var wait = new EpollWait<int>(Unwatched(), Direction.Read, operation);

        ValueTask<int> running = wait.Run(source.Token);

        Assert.True(running.IsCanceled);
        Assert.Equal(1, operation.Tries);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await running);
    }

    [Fact]
    public async Task Run_CanceledWhileTheOperationIsTried_TriesAgainAndTellsIt()
    {
        EpollWait<int>? wait = null;
        var operation = new Operation();
        wait = new EpollWait<int>(Unwatched(), Direction.Write, operation);
        operation.Tried = () =>
        {
            if (operation.Tries == 1)
                wait.Cancel();
            else
                operation.Result = wait.TakeCancel() ? 1 : 2;
        };

        int result = await wait.Run(TestContext.Current.CancellationToken);

        Assert.Equal(1, result);
        Assert.False(wait.IsPending);
    }

    [Fact]
    public async Task GoOn_OperationFails_ThrowsItAndCanBeUsedAgain()
    {
        EpollSocket socket = Unwatched();
        var operation = new Operation();
        var wait = new EpollWait<int>(socket, Direction.Read, operation);
        ValueTask<int> running = wait.Run(TestContext.Current.CancellationToken);
        Assert.True(wait.IsPending);

        operation.Failure = new IOException("broken");
        Assert.True(socket.TryStopWaiting(Direction.Read));
        wait.GoOn();

        Assert.Equal("broken", (await Assert.ThrowsAsync<IOException>(async () => await running)).Message);
        (operation.Failure, operation.Result) = (null, 7);
        Assert.Equal(7, await wait.Run(TestContext.Current.CancellationToken));
    }

    /// <summary>A socket that no loop knows: what waits for it goes on by the test's hand alone.</summary>
    private static EpollSocket Unwatched() => new(-1, new Nobody(), null!, static () => { });

    private sealed class Operation : IEpollOperation<int>
    {
        public Action? Tried { get; set; }

        public int Tries { get; private set; }

        public int? Result { get; set; }

        public Exception? Failure { get; set; }

        public bool TryEnd(out int result, out Exception? failure)
        {
            Tries++;
            Tried?.Invoke();
            (result, failure) = (Result ?? 0, Failure);
            return Result is not null || Failure is not null;
        }
    }

    private sealed class Nobody : IEpollHandler
    {
        public void Readable() => throw new InvalidOperationException();

        public void Writable() => throw new InvalidOperationException();

        public void HungUp() => throw new InvalidOperationException();
    }
}
