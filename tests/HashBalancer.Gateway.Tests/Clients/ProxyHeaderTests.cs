using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Text;
using HashBalancer.Gateway.Clients;

namespace HashBalancer.Gateway.Tests.Clients;

public sealed class ProxyHeaderTests
{
    private static readonly byte[] Signature = "\r\n\r\n\0\r\nQUIT\n"u8.ToArray();

    [Theory]
    [InlineData("PROXY TCP4 203.0.113.7 192.0.2.1 56324 443\r\n", "203.0.113.7:56324")]
    [InlineData("PROXY TCP6 2001:db8::7 2001:db8::1 1 65535\r\n", "[2001:db8::7]:1")]
    [InlineData("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", "255.255.255.255:65535")]
    [InlineData("PROXY UNKNOWN\r\n", null)]
    [InlineData("PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n", null)]
    public void TryRead_VersionOne_TellsTheClientAndEndsWithTheLine(string line, string? client)
    {
        byte[] bytes = [.. Encoding.ASCII.GetBytes(line), .. "GET / HTTP/1.1\r\n"u8];

        Assert.Equal(ProxyHeaderResult.Complete, ProxyHeader.TryRead(new(bytes), out ProxyHeader header));
        Assert.Equal((client is null ? null : IPEndPoint.Parse(client), line.Length), (header.Client, header.Length));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("PROXYTCP4 203.0.113.7 192.0.2.1 56324 443\r\n")]
    [InlineData("PROXY TCP4 203.0.113.7 192.0.2.1 56324\r\n")]
    [InlineData("PROXY TCP4 203.0.113.7 192.0.2.1 56324 443 1\r\n")]
    [InlineData("PROXY TCP4 2001:db8::7 192.0.2.1 56324 443\r\n")]
    [InlineData("PROXY TCP6 203.0.113.7 192.0.2.1 56324 443\r\n")]
    [InlineData("PROXY TCP4 203.0.113.7 192.0.2.1 65536 443\r\n")]
    [InlineData("PROXY TCP4 203.0.113.7 192.0.2.1 -1 443\r\n")]
    [InlineData("PROXY UDP4 203.0.113.7 192.0.2.1 56324 443\r\n")]
    [InlineData("PROXY TCP4 203.0.113.7 192.0.2.1 56324 443\n")]
    public void TryRead_NoHeaderOfVersionOne_IsInvalidOrNeverWhole(string line)
    {
        byte[] bytes = [.. Encoding.ASCII.GetBytes(line), .. Encoding.ASCII.GetBytes(new string('x', 200))];
        Assert.Equal(ProxyHeaderResult.Invalid, ProxyHeader.TryRead(new(bytes), out _));
    }

    [Fact]
    public void TryRead_VersionTwo_TellsTheClientAndPassesOverWhatFollowsTheAddresses()
    {
        byte[] four = Binary(0x21, 0x11, [203, 0, 113, 7, 192, 0, 2, 1, 0xdc, 0x04, 0x01, 0xbb, 3, 0, 1, 9]);
        byte[] six = Binary(0x21, 0x21, [.. IPAddress.Parse("2001:db8::7").GetAddressBytes(), .. IPAddress.Parse("2001:db8::1").GetAddressBytes(), 0, 80, 1, 187]);

        Assert.Equal((ProxyHeaderResult.Complete, IPEndPoint.Parse("203.0.113.7:56324"), four.Length), Read([.. four, 1, 2, 3]));
        Assert.Equal((ProxyHeaderResult.Complete, IPEndPoint.Parse("[2001:db8::7]:80"), six.Length), Read(six));
    }

    [Fact]
    public void TryRead_VersionTwoOfTheBalancerItself_NamesNobody()
    {
        Assert.Equal((ProxyHeaderResult.Complete, null, 16), Read(Binary(0x20, 0, [])));
        // Unix sockets.
        Assert.Equal((ProxyHeaderResult.Complete, null, 16 + 216), Read(Binary(0x21, 0x31, new byte[216])));
    }

    [Fact]
    public void TryRead_VersionTwoFaulty_IsInvalid()
    {
        Assert.Equal(ProxyHeaderResult.Invalid, Read(Binary(0x22, 0x11, new byte[12])).Result);
        Assert.Equal(ProxyHeaderResult.Invalid, Read(Binary(0x11, 0x11, new byte[12])).Result);
        Assert.Equal(ProxyHeaderResult.Invalid, Read(Binary(0x21, 0x11, new byte[11])).Result);
        Assert.Equal(ProxyHeaderResult.Invalid, Read(Binary(0x21, 0x11, new byte[4096])).Result);
        Assert.Equal(ProxyHeaderResult.Invalid, Read([.. Signature[..11], 0]).Result);
    }

    [Fact]
    public void TryRead_AnyBeginning_IsIncompleteInWhateverPiecesItComes()
    {
        foreach (byte[] whole in (byte[][])["PROXY TCP4 203.0.113.7 192.0.2.1 56324 443\r\n"u8.ToArray(), Binary(0x21, 0x11, new byte[12])])
        {
            for (int length = 0; length < whole.Length; length++)
                Assert.Equal(ProxyHeaderResult.Incomplete, ProxyHeader.TryRead(InPieces(whole.AsMemory(0, length)), out _));
            Assert.Equal(ProxyHeaderResult.Complete, ProxyHeader.TryRead(InPieces(whole), out ProxyHeader header));
            Assert.Equal(whole.Length, header.Length);
        }
    }

    private static (ProxyHeaderResult Result, IPEndPoint? Client, int Length) Read(byte[] bytes) =>
        (ProxyHeader.TryRead(new(bytes), out ProxyHeader header), header.Client, header.Length);

    private static byte[] Binary(byte command, byte family, byte[] rest)
    {
        byte[] length = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)rest.Length);
        return [.. Signature, command, family, .. length, .. rest];
    }

    private static ReadOnlySequence<byte> InPieces(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length < 2)
            return new(bytes);
        var first = new Piece(bytes[..1], 0);
        Piece last = first;
        for (int i = 1; i < bytes.Length; i++)
            last = last.Then(bytes.Slice(i, 1));
        return new(first, 0, last, 1);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, long index) => (Memory, RunningIndex) = (memory, index);

        public Piece Then(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
