using System.Text;
using HashBalancer.Ring;
using HashBalancer.Testing;

namespace HashBalancer.Control.Tests;

public sealed class LastKnownGoodTests
{
    private const string Path = "/state/known.json";
    private static readonly PoolDefinition Items = new("items", "web");
    private static readonly PoolDefinition Users = new("users", "accounts");
    private readonly FakeFileStore _files = new();

    [Fact]
    public async Task Start_RegistryDown_ServesFromTheFileAndSaysSo()
    {
        Write(50, "web-1", "web-2");
        await using ControlRig rig = Rig();
        await rig.Start(Items, Users);

        Assert.Equal(MembershipSource.LastKnownGood, rig.Pool("items").Source);
        Assert.Equal(["web-1", "web-2"], rig.Ids("items"));
        Assert.Equal(2, rig.Pool("items").Ring.Count);
        Assert.Equal(MembershipSource.None, rig.Pool("users").Source);
        Assert.Equal(["Information: Read the nodes of 1 pools from /state/known.json, written 2025-12-31 00:00:00 UTC: they serve until the registry answers"], rig.KnownLog.Lines);

        for (int i = 0; i < 5; i++)
            await rig.Source.Fail("web");
        await rig.Published();
        Assert.Equal(["web-1", "web-2"], rig.Ids("items"));
        Assert.Equal("The registry does not answer: the gateway's readiness report says why.", rig.Pool("items").Note);

        await rig.Source.Answer("web", 51, Instance.Several(3));
        await rig.Published();
        Assert.Equal((MembershipSource.Registry, null), (rig.Pool("items").Source, rig.Pool("items").Note));
        Assert.Equal(3, rig.Pool("items").Nodes.Length);
    }

    [Fact]
    public async Task Start_RegistryAnswersEmptyAfterItWasDown_NodesOfTheFileAreHeld()
    {
        Write(50, "web-1", "web-2");
        await using ControlRig rig = Rig();
        await rig.Start(Items);
        await rig.Source.Fail("web");
        await rig.Source.Answer("web", 60);
        await rig.Published();
        Assert.Equal(["web-1", "web-2"], rig.Ids("items"));
        Assert.Equal(2, rig.Status.Current.Pools["items"].Held);
    }

    [Fact]
    public async Task Start_RegistryAnswersEmptyAtOnceAndIsNoYounger_ItIsBelieved()
    {
        Write(50, "web-1", "web-2");
        await using ControlRig rig = Rig();
        await rig.Start(Items);
        await rig.Source.Answer("web", 50);
        await rig.Published();
        Assert.Empty(rig.Ids("items"));
    }

    [Theory]
    [InlineData("service")]
    [InlineData("datacenter")]
    [InlineData("tags")]
    [InlineData("passing")]
    public async Task Start_PoolAsksForSomethingElseNow_FileIsOfNoUse(string what)
    {
        Write(50, "web-1");
        await using ControlRig rig = Rig();
        await rig.Start(what switch
        {
            "service" => new PoolDefinition("items", "web2"),
            "datacenter" => Items with { Datacenter = "dc2" },
            "tags" => Items with { Tags = ["v2"] },
            _ => Items with { OnlyPassing = true },
        });
        Assert.Equal(MembershipSource.None, rig.Pool("items").Source);
    }

    [Fact]
    public async Task Start_CorruptFile_IsIgnoredWithOneWarning()
    {
        _files.Put(Path, "{ half a fi");
        await using ControlRig rig = Rig();
        await rig.Start(Items);
        Assert.Equal(MembershipSource.None, rig.Pool("items").Source);
        Assert.StartsWith("Warning: The last-known-good file /state/known.json is ignored: it is not valid JSON of this form", Assert.Single(rig.KnownLog.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_UnreadableFile_IsIgnoredWithOneWarning()
    {
        _files.Fault = new UnauthorizedAccessException("Access to the path '/state/known.json' is denied.");
        await using ControlRig rig = Rig();
        await rig.Start(Items);
        Assert.Equal(["Warning: The last-known-good file /state/known.json is ignored: Access to the path '/state/known.json' is denied."], rig.KnownLog.Lines);
    }

    [Fact]
    public async Task Answers_AreWrittenAtMostOnceASecond()
    {
        await using ControlRig rig = Rig();
        await rig.Start(Items);
        await rig.Source.Answer("web", 1, Instance.Several(1));
        await Eventually.IsTrue(() => _files.Writes == 1, "the first answer is written at once");
        for (int i = 2; i <= 20; i++)
            await rig.Source.Answer("web", (ulong)i, Instance.Several(i));
        await Eventually.IsTrue(() => rig.Time.PendingTimers == 1, "the writer pauses");
        rig.Time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Equal(1, _files.Writes);
        rig.Time.Advance(TimeSpan.FromMilliseconds(1));
        await Eventually.IsTrue(() => _files.Writes == 2, "the later answers are written together");
        Assert.Equal((20UL, 20), Known().Select(p => (p.Index, p.Nodes.Count)).Single());
    }

    [Fact]
    public async Task Answers_WithTheSameNodes_AreNotWritten()
    {
        await using ControlRig rig = Rig();
        await rig.Start(Items);
        await rig.Source.Answer("web", 1, Instance.Several(2));
        await Eventually.IsTrue(() => _files.Writes == 1 && rig.Time.PendingTimers == 1, "the first answer is written");
        await rig.Source.Answer("web", 2, Instance.Several(2));
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await rig.Source.Answer("web", 3, Instance.Several(2));
        await rig.Stop();
        Assert.Equal(2, _files.Writes); // The index alone waits for the end.
        Assert.Equal(3UL, Known().Single().Index);
    }

    [Fact]
    public async Task Stop_NothingLearned_LeavesTheFileAlone()
    {
        Write(50, "web-1");
        await using ControlRig rig = Rig();
        await rig.Start(Items);
        await rig.Source.Fail("web");
        await rig.Stop();
        Assert.Equal(0, _files.Writes);
    }

    [Fact]
    public async Task Stop_OnePoolAnswered_TheOtherKeepsWhatTheFileHad()
    {
        Write(50, "web-1");
        await using ControlRig rig = Rig();
        await rig.Start(Items, Users);
        await rig.Source.Answer("accounts", 70, Instance.Several(2));
        await rig.Stop();
        Assert.Equal([("items", 50UL, 1), ("users", 70UL, 2)], Known().Select(p => (p.Definition.Name, p.Index, p.Nodes.Count)));
    }

    [Fact]
    public async Task Apply_PoolGone_LeavesTheFile()
    {
        await using ControlRig rig = Rig();
        await rig.Start(Items, Users);
        await rig.Source.Answer("web", 1, Instance.Several(1));
        await rig.Source.Answer("accounts", 1, Instance.Several(1));
        rig.Membership.Apply([Users]);
        await rig.Stop();
        Assert.Equal(["users"], Known().Select(p => p.Definition.Name));
    }

    [Fact]
    public async Task Write_DiskFull_IsToldOnceAndTriedUntilItWorks()
    {
        await using ControlRig rig = Rig();
        await rig.Start(Items);
        _files.Fault = new IOException("No space left on device");
        await rig.Source.Answer("web", 1, Instance.Several(1));
        for (int i = 1; i <= 3; i++)
        {
            await Eventually.IsTrue(() => _files.Writes == i && rig.Time.PendingTimers == 1, $"write {i} failed");
            if (i == 3)
                _files.Fault = null;
            rig.Time.Advance(TimeSpan.FromSeconds(30));
        }

        await Eventually.IsTrue(() => rig.KnownLog.Lines.Count == 2, "the recovery is told");
        Assert.Equal(
        [
            "Warning: The last-known-good file /state/known.json cannot be written, and is tried again: No space left on device",
            "Information: The last-known-good file /state/known.json is written again",
        ], rig.KnownLog.Lines);
        Assert.Equal(["web-1"], Known().Single().Nodes.Select(n => n.Id));
    }

    [Fact]
    public async Task NoPath_NothingIsReadOrWritten()
    {
        _files.Fault = new IOException("Must not be used.");
        await using ControlRig rig = new(files: _files);
        await rig.Start(Items);
        await rig.Source.Answer("web", 1, Instance.Several(1));
        rig.Membership.Apply([]);
        await rig.Stop();
        Assert.Equal(0, _files.Writes);
        Assert.Empty(rig.KnownLog.Lines);
    }

    private ControlRig Rig() => new(files: _files, lastKnownGoodFile: Path);

    private void Write(ulong index, params string[] ids) => _files.Put(Path, Encoding.UTF8.GetString(LastKnownGoodFormat.Write(
        new DateTimeOffset(2025, 12, 31, 0, 0, 0, TimeSpan.Zero), [new KnownPool(Items, index, [.. ids.Select(id => new NodeRegistration(id, "10.0.0.1", 80))])])));

    private IReadOnlyList<KnownPool> Known() => LastKnownGoodFormat.Read(Encoding.UTF8.GetBytes(_files.TextOf(Path)!)).Pools;
}
