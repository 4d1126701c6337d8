using System.Text;
using HashBalancer.Consul.Models;
using Polly;

namespace HashBalancer.Consul;

/// <summary>Contends for a lock: waits until nobody holds it and takes it.</summary>
internal sealed class LockContender
{
    // During the lock-delay the key looks free and nothing wakes when it ends.
    private static readonly TimeSpan LockDelayPoll = TimeSpan.FromMilliseconds(250);
    private readonly Random _jitter;
    private readonly ResiliencePipeline _retries;
    private string? _holder;

    public LockContender(ConsulClient client, string key, LockOptions options, Random jitter)
    {
        Client = client;
        Key = key;
        Options = options;
        _jitter = jitter;
        _retries = options.Retry.Build(client.Time, jitter, IsPassing, (error, _, _) =>
        {
            options.OnFailure?.Invoke(error);
            return ValueTask.CompletedTask;
        });
    }

    public ConsulClient Client { get; }

    public string Key { get; }

    public LockOptions Options { get; }

    /// <summary>What the holder last seen has written, or null when nobody held the lock.</summary>
    public string? Holder
    {
        get => Volatile.Read(ref _holder);
        private set => Volatile.Write(ref _holder, value);
    }

    /// <summary>Waits for the lock and takes it.</summary>
    /// <returns>The session that holds it and the lock's index.</returns>
    public async Task<(SessionKeeper Session, ulong LockIndex)> WinAsync(CancellationToken cancellation)
    {
        while (true)
        {
            SessionKeeper session = await _retries.ExecuteAsync(
                async stop => await SessionKeeper.StartAsync(Client, Options, new Random(_jitter.Next()), stop), cancellation);
            bool won = false;
            try
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, session.Ended);
                ulong lockIndex = await ContendAsync(session.Id, either.Token);
                won = true;
                return (session, lockIndex);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                // The session ended while waiting: go on with a new one.
            }
            catch (ConsulInvalidSessionException e)
            {
                Options.OnFailure?.Invoke(e);
                await Task.Delay(Options.Retry.ServerError.First, Client.Time, cancellation);
            }
            finally
            {
                if (!won)
                    await session.DisposeAsync();
            }
        }
    }

    private static bool IsPassing(ConsulException e) => e is not ConsulInvalidSessionException;

    private async Task<ulong> ContendAsync(string session, CancellationToken cancellation)
    {
        var watch = new WatchOptions { Retry = Options.Retry };
        await foreach (WatchEvent<KVPair?> seen in ConsulWatch.RunAsync(
            (query, stop) => Client.Kv.GetAsync(Key, query, stop), watch, Client.Time, new Random(_jitter.Next()), cancellation))
        {
            switch (seen)
            {
                case WatchFailure<KVPair?> failure:
                    Options.OnFailure?.Invoke(failure.Error);
                    break;
                case WatchValue<KVPair?> value when IsFree(value.Value, session) && await TakeAsync(session, cancellation) is { } lockIndex:
                    return lockIndex;
            }
        }

        throw new OperationCanceledException(cancellation);
    }

    private bool IsFree(KVPair? pair, string session)
    {
        bool free = pair?.Session is null || pair.Session == session;
        Holder = free ? null : Encoding.UTF8.GetString(pair!.Value ?? []);
        return free;
    }

    // Returns null when somebody else was faster.
    private async Task<ulong?> TakeAsync(string session, CancellationToken cancellation)
    {
        while (true)
        {
            await _retries.ExecuteAsync(
                async stop => await Client.Kv.AcquireAsync(Key, Options.Value, session, cancellation: stop), cancellation);
            // Whether or not the acquisition was answered, the key tells who has it.
            KVPair? pair = (await _retries.ExecuteAsync(async stop => await Client.Kv.GetAsync(Key, cancellation: stop), cancellation)).Value;
            if (pair?.Session == session)
                return pair.LockIndex;
            if (!IsFree(pair, session))
                return null;
            await Task.Delay(LockDelayPoll * (0.75 + (0.25 * _jitter.NextDouble())), Client.Time, cancellation);
        }
    }
}
