using System.Text;

namespace HashBalancer.Control.Tests;

public sealed class FileStoreTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("hashbalancer-").FullName;
    private readonly FileStore _files = new();

    [Fact]
    public async Task WriteAsync_DirectoryMissing_IsMadeAndTheFileIsWhole()
    {
        string path = Path.Combine(_directory, "a", "b", "known.json");
        await _files.WriteAsync(path, Encoding.UTF8.GetBytes("first and longer"), CancellationToken.None);
        await _files.WriteAsync(path, Encoding.UTF8.GetBytes("second"), CancellationToken.None);
        Assert.Equal("second", Encoding.UTF8.GetString((await _files.ReadAsync(path, CancellationToken.None))!));
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public async Task WriteAsync_LeftOverOfACrash_IsOverwritten()
    {
        string path = Path.Combine(_directory, "known.json");
        await File.WriteAllTextAsync(path + ".tmp", "half of a longer fi");
        await _files.WriteAsync(path, Encoding.UTF8.GetBytes("whole"), CancellationToken.None);
        Assert.Equal("whole", await File.ReadAllTextAsync(path));
    }

    [Fact]
    public async Task WriteAsync_TargetIsADirectory_FailsAsAnIOFault()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "taken"));
        Exception? fault = await Record.ExceptionAsync(() => _files.WriteAsync(Path.Combine(_directory, "taken"), Encoding.UTF8.GetBytes("x"), CancellationToken.None));
        Assert.True(fault is IOException or UnauthorizedAccessException, fault?.ToString());
    }

    [Theory]
    [InlineData("missing.json")]
    [InlineData("missing/known.json")]
    public async Task ReadAsync_Missing_IsNull(string path) => Assert.Null(await _files.ReadAsync(Path.Combine(_directory, path), CancellationToken.None));

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
