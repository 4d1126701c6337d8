using HashBalancer.Functional.Processes;
using Microsoft.Playwright;

namespace HashBalancer.Functional.Dashboard;

/// <summary>Chromium, as the system has it, without a window; and what its pages complain about.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly Lock _lock = new();
    private readonly List<string> _complaints = [];
    private readonly List<string> _requests = [];

    private Browser(IPlaywright playwright, IBrowser browser) => (_playwright, _browser) = (playwright, browser);

    /// <summary>Where screenshots and measured times are left for whoever looks at a run.</summary>
    public static string Artifacts => Directory.CreateDirectory(Path.Combine(GatewayBuild.Root, "artifacts", "dashboard")).FullName;

    /// <summary>Errors of the console, exceptions, and requests that failed.</summary>
    public IReadOnlyList<string> Complaints
    {
        get { lock (_lock) return [.. _complaints]; }
    }

    /// <summary>The addresses of everything that pages asked for.</summary>
    public IReadOnlyList<string> Requests
    {
        get { lock (_lock) return [.. _requests]; }
    }

    /// <summary>Starts it; skips the test where there is none.</summary>
    public static async Task<Browser> Start()
    {
        Peer.Require("chromium");
        string path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, "chromium")).First(File.Exists);
        IPlaywright playwright = await Playwright.CreateAsync();
        try
        {
            // Its sandbox needs what containers and root do not have; it only ever sees this machine's own pages.
            return new Browser(playwright, await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = path, Args = ["--no-sandbox", "--disable-dev-shm-usage"] }));
        }
        catch
        {
            playwright.Dispose();
            throw;
        }
    }

    public async Task<IPage> Open(Uri address, int width = 1440, int height = 900, ColorScheme scheme = ColorScheme.Light)
    {
        IPage page = await _browser.NewPageAsync(new BrowserNewPageOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = scheme,
            ReducedMotion = ReducedMotion.Reduce,
        });
        page.SetDefaultTimeout(60_000);
        page.Console += (_, message) => Note(message.Type is "error" or "warning", $"{message.Type}: {message.Text}");
        page.PageError += (_, error) => Note(isComplaint: true, error);
        page.RequestFailed += (_, request) => Note(isComplaint: true, $"{request.Url}: {request.Failure}");
        page.Request += (_, request) => { lock (_lock) _requests.Add(request.Url); };
        await page.GotoAsync(address.ToString(), new PageGotoOptions { WaitUntil = WaitUntilState.DOMContentLoaded });
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.CloseAsync();
        _playwright.Dispose();
    }

    private void Note(bool isComplaint, string text)
    {
        if (!isComplaint)
            return;
        lock (_lock)
            _complaints.Add(text);
    }
}
