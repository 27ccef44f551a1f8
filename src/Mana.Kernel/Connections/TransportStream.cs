using System.Buffers;
using System.IO.Pipelines;

namespace Mana.Kernel.Connections;

/// <summary>Both directions of a connection as one stream. Reading into an empty buffer waits for data and takes none; every write is flushed.</summary>
internal sealed class TransportStream(IDuplexPipe transport) : Stream
{
    volatile bool _isClosed;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await transport.Input.ReadAsync(cancellationToken);
        // HTTP cancels reads of its own when it ends; one that it had no use for is not meant for who comes after it.
        while (read.IsCanceled && !_isClosed)
        {
            transport.Input.AdvanceTo(read.Buffer.Start);
            read = await transport.Input.ReadAsync(cancellationToken);
        }

        if (read.IsCanceled)
            throw new OperationCanceledException("The stream was closed during the read.");
        var count = (int)Math.Min(buffer.Length, read.Buffer.Length);
        var taken = read.Buffer.Slice(0, count);
        taken.CopyTo(buffer.Span);
        // From here on the memory is the transport's again.
        transport.Input.AdvanceTo(taken.End);
        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var written = await transport.Output.WriteAsync(buffer, cancellationToken);
        if (written.IsCanceled && _isClosed)
            throw new OperationCanceledException("The stream was closed during the write.");
        if (written.IsCompleted)
            throw new IOException("The other side has closed the connection.");
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Asynchronous only.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Asynchronous only.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Ends a read and a write that wait. The connection itself is the server's to close.</summary>
    protected override void Dispose(bool disposing)
    {
        _isClosed = true;
        transport.Input.CancelPendingRead();
        transport.Output.CancelPendingFlush();
        base.Dispose(disposing);
    }
}
