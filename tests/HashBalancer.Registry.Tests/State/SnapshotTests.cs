using HashBalancer.Consul.Models;
using HashBalancer.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace HashBalancer.Registry.Tests;

public sealed class SnapshotTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("registry-snapshot-").FullName;

    private string File => Path.Combine(_folder, "state", "registry.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Restart_WithSnapshot_KeepsServicesKeysSessionsAndStatus()
    {
        string session;
        ulong keyIndex, healthIndex;
        await using (RunningRegistry before = await RunningRegistry.StartAsync(Options()))
        {
            await before.PutAsync("/v1/agent/service/register", """{"ID":"w1","Name":"web","Port":80,"Check":{"CheckID":"c","TTL":"10m"}}""");
            await before.PutAsync("/v1/agent/check/pass/c?note=fine");
            await before.PutAsync("/v1/catalog/register", """{"Node":"ext","Address":"10.1.0.1","Service":{"Service":"db","Port":5432}}""");
            session = (await before.PutJsonAsync("/v1/session/create", """{"LockDelay":"0s"}""")).GetProperty("ID").GetString()!;
            await before.PutAsync($"/v1/kv/lock?acquire={session}", "held");
            await before.PutAsync("/v1/kv/empty?flags=7");
            keyIndex = (await before.GetJsonAsync("/v1/kv/lock"))[0].GetProperty("ModifyIndex").GetUInt64();
            (_, healthIndex) = await before.HealthAsync("web");
        }

        await using RunningRegistry after = await RunningRegistry.StartAsync(Options());

        (IReadOnlyList<ServiceEntry> entries, ulong index) = await after.HealthAsync("web?passing");
        Assert.Equal(80, Assert.Single(entries).Service.Port);
        Assert.Equal("fine", entries[0].Checks!.Single(check => check.CheckID == "c").Output);
        Assert.True(index > healthIndex, $"{index} after {healthIndex}");
        Assert.Equal("10.1.0.1", Assert.Single((await after.HealthAsync("db")).Entries).Node.Address);
        System.Text.Json.JsonElement pair = (await after.GetJsonAsync("/v1/kv/lock"))[0];
        Assert.Equal((session, keyIndex), (pair.GetProperty("Session").GetString(), pair.GetProperty("ModifyIndex").GetUInt64()));
        Assert.Equal(7UL, (await after.GetJsonAsync("/v1/kv/empty"))[0].GetProperty("Flags").GetUInt64());
        await after.PutAsync($"/v1/session/renew/{session}");
        await after.PutAsync("/v1/agent/check/fail/c");
        Assert.Empty((await after.HealthAsync("web?passing")).Entries);
    }

    [Fact]
    public async Task Restart_WaiterAtAnOldIndex_IsAnsweredAtOnce()
    {
        ulong index;
        await using (RunningRegistry before = await RunningRegistry.StartAsync(Options()))
        {
            await before.PutAsync("/v1/agent/service/register", """{"ID":"w1","Name":"web"}""");
            (_, index) = await before.HealthAsync("web");
        }

        await using RunningRegistry after = await RunningRegistry.StartAsync(Options(), new ManualTimeProvider());

        // The clock stands still: this returns only because it does not wait.
        Assert.Single((await after.HealthAsync($"web?index={index}&wait=10m")).Entries);
    }

    [Fact]
    public async Task Change_WithoutStop_IsSavedWithinASecond()
    {
        var clock = new ManualTimeProvider();
        await using RunningRegistry registry = await RunningRegistry.StartAsync(Options(), clock);
        await registry.PutAsync("/v1/kv/a", "1");

        await Eventually.IsTrue(
            () =>
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                return System.IO.File.Exists(File) && SnapshotFile.Read(File)!.Keys.Any(key => key.Key == "a");
            },
            "the snapshot has the key");
    }

    [Fact]
    public async Task File_IsReadableByItsOwnerAlone()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("permissions are those of the folder there");
            return;
        }

        await using (await RunningRegistry.StartAsync(Options()))
        {
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
    }

    [Theory]
    [InlineData("{", "cannot be read")]
    [InlineData("""{"Version":99}""", "has version 99; this program reads version 1.")]
    public void Constructor_FileIsNoSnapshot_NamesItAndTheReason(string content, string reason)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        System.IO.File.WriteAllText(File, content);

        var error = Assert.Throws<InvalidDataException>(() => new RegistryServer(Options(), TimeProvider.System, NullLoggerFactory.Instance));

        Assert.Contains(File, error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restart_HttpCheckInSnapshot_RunsAgain()
    {
        await using var fixture = new HealthFixture();
        fixture.Open();
        string definition = $$"""{"HTTP":"http://127.0.0.1:{{fixture.Port}}/health","Interval":"1h"}""";
        await using (RunningRegistry before = await RunningRegistry.StartAsync(Options()))
            await before.PutAsync("/v1/agent/service/register", $$"""{"ID":"w1","Name":"web","Check":{{definition}} }""");

        RegistryOptions options = Options();
        options.CheckIntervalFloor = TimeSpan.FromMilliseconds(100);
        SnapshotDocument saved = SnapshotFile.Read(File)!;
        SavedCheck check = Assert.Single(saved.AgentChecks);
        SnapshotFile.Write(File, saved with { AgentChecks = [check with { Plan = check.Plan with { Interval = TimeSpan.FromMilliseconds(100) } }] });
        await using RunningRegistry after = await RunningRegistry.StartAsync(options);

        await Eventually.IsTrue(async () => (await after.HealthAsync("web?passing")).Entries.Count == 1, "the check passes after the restart");
    }

    private RegistryOptions Options()
    {
        RegistryOptions options = RunningRegistry.Options;
        options.SnapshotFile = File;
        return options;
    }
}
