using System.IO.Pipelines;
using Mana.Kernel.Connections;
using Xunit;

namespace Mana.Kernel.Tests.Connections;

/// <summary>Pipes of small segments in the place of a transport.</summary>
public sealed class TransportStreamTests : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    readonly Pipe _in = new(new PipeOptions(minimumSegmentSize: 16, pauseWriterThreshold: 0));
    readonly Pipe _out = new(new PipeOptions(pauseWriterThreshold: 16, resumeWriterThreshold: 8));
    readonly TransportStream _stream;

    public TransportStreamTests() => _stream = new TransportStream(new Transport(_in.Reader, _out.Writer));

    public void Dispose() => _stream.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    [InlineData(5000)]
    [InlineData(100_000)]
    public async Task Bytes_arrive_in_order_and_once_whatever_the_size_of_the_reads(int size)
    {
        var sent = new byte[50_000];
        new Random(size).NextBytes(sent);
        for (var at = 0; at < sent.Length; at += 1000)
            await _in.Writer.WriteAsync(sent.AsMemory(at, 1000));
        await _in.Writer.CompleteAsync();

        var (read, buffer) = (new MemoryStream(), new byte[size]);
        // Every other read only asks whether there is something.
        while (await _stream.ReadAsync(Memory<byte>.Empty) == 0 && await _stream.ReadAsync(buffer) is > 0 and var count)
            read.Write(buffer, 0, count);
        Assert.Equal(sent, read.ToArray());
    }

    [Fact]
    public async Task A_read_into_nothing_waits_for_data()
    {
        var waiting = _stream.ReadAsync(Memory<byte>.Empty).AsTask();
        Assert.False(waiting.IsCompleted);
        await _in.Writer.WriteAsync(new byte[] { 7 });
        Assert.Equal(0, await waiting.WaitAsync(Patience));
        var buffer = new byte[2];
        Assert.Equal((1, 7), (await _stream.ReadAsync(buffer), buffer[0]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cancellation_that_HTTP_left_behind_is_not_for_the_session(bool withData)
    {
        if (withData)
            await _in.Writer.WriteAsync(new byte[] { 7 });
        _in.Reader.CancelPendingRead();
        var buffer = new byte[2];
        var read = _stream.ReadAsync(buffer).AsTask();
        if (!withData)
        {
            Assert.False(read.IsCompleted);
            await _in.Writer.WriteAsync(new byte[] { 7 });
        }

        Assert.Equal((1, 7), (await read.WaitAsync(Patience), buffer[0]));
    }

    [Fact]
    public async Task A_read_that_waits_ends_with_the_stream()
    {
        var waiting = _stream.ReadAsync(new byte[2]).AsTask();
        await _stream.DisposeAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => waiting.WaitAsync(Patience));
    }

    [Fact]
    public async Task A_write_that_nobody_reads_ends_with_the_stream()
    {
        var waiting = _stream.WriteAsync(new byte[100]).AsTask();
        Assert.False(waiting.IsCompleted);
        await _stream.DisposeAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => waiting.WaitAsync(Patience));
    }

    [Fact]
    public async Task What_is_written_is_out_at_once_until_the_other_side_has_closed()
    {
        await _stream.WriteAsync(new byte[] { 1, 2 });
        var read = await _out.Reader.ReadAsync();
        Assert.Equal(2, read.Buffer.Length);
        _out.Reader.AdvanceTo(read.Buffer.End);
        await _out.Reader.CompleteAsync();
        await Assert.ThrowsAsync<IOException>(async () => await _stream.WriteAsync(new byte[] { 3 }));
    }

    sealed record Transport(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
