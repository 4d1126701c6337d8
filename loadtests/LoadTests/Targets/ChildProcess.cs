using System.Diagnostics;
using System.Threading.Channels;

namespace HashBalancer.LoadTests.Targets;

/// <summary>
/// A process that lives no longer than its owner: it is told to end by the end of its standard input, which also comes when the
/// owner dies, and is killed when it does not listen.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int KeptLines = 40;

    // Nobody reads lines once the child is ready; the oldest go.
    private const int UnreadLines = 1000;

    private static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly TimeSpan _patience;
    private readonly Channel<string> _lines = Channel.CreateBounded<string>(
        new BoundedChannelOptions(UnreadLines) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly Queue<string> _last = new();

    private ChildProcess(string name, Process process, TimeSpan patience)
    {
        _patience = patience;
        Name = name;
        _process = process;
    }

    public string Name { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>The last lines of both outputs.</summary>
    public string LastOutput
    {
        get
        {
            lock (_last)
                return string.Join(Environment.NewLine, _last);
        }
    }

    /// <param name="name">What messages call it.</param>
    /// <param name="file">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="patience">How long it may take to end before it is killed; 10 s by default.</param>
    /// <param name="environment">Variables beyond this process's own.</param>
    public static ChildProcess Start(
        string name, string file, IEnumerable<string> arguments, TimeSpan? patience = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var info = new ProcessStartInfo(file, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // What the runner sets for itself is not how its children are meant to run.
        foreach (string variable in SocketTuning.Variables)
            info.Environment.Remove(variable);
        foreach ((string variable, string value) in environment ?? new Dictionary<string, string>())
            info.Environment[variable] = value;
        var process = new Process { StartInfo = info };
        var child = new ChildProcess(name, process, patience ?? DefaultPatience);
        process.OutputDataReceived += (_, e) => child.Take(e.Data);
        process.ErrorDataReceived += (_, e) => child.Take(e.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return child;
    }

    /// <summary>The next line of output that the function makes something of.</summary>
    /// <exception cref="TargetException">The process ended, or no such line came in time.</exception>
    public async Task<T> WaitForLine<T>(Func<string, T?> choose, TimeSpan limit, CancellationToken cancellation) where T : class
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(limit);
        Task exit = _process.WaitForExitAsync(timeout.Token);
        try
        {
            while (true)
            {
                while (_lines.Reader.TryRead(out string? line))
                {
                    if (choose(line) is { } chosen)
                        return chosen;
                }

                if (exit.IsCompleted)
                    throw new TargetException($"{Name} ended with exit code {_process.ExitCode} before it was ready:{Environment.NewLine}{LastOutput}");
                await Task.WhenAny(_lines.Reader.WaitToReadAsync(timeout.Token).AsTask(), exit);
                timeout.Token.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TargetException($"{Name} was not ready within {limit.TotalSeconds:0.#} s:{Environment.NewLine}{LastOutput}");
        }
    }

    /// <summary>Ends it at once, as by kill -9, and returns when it is gone.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(_patience);
        try
        {
            _process.StandardInput.Close();
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        catch (IOException)
        {
            // The pipe broke because the process is gone already.
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null)
            return;
        lock (_last)
        {
            _last.Enqueue(line);
            if (_last.Count > KeptLines)
                _last.Dequeue();
        }

        _lines.Writer.TryWrite(line);
    }
}
