using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace Mana.Sync.Pull;

/// <summary>What answers keep in memory for readers that are behind, all of them together.</summary>
internal sealed class AnswerRoom(TimeProvider time, long most = AnswerRoom.Most)
{
    const long Most = 32 * 1024 * 1024;
    long _taken;

    public AnswerOutput Of(HttpContext context) => new(context.Response.BodyWriter, this, time, context.Abort);

    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= most)
            return true;
        Return(bytes);
        return false;
    }

    public void Return(long bytes) => Interlocked.Add(ref _taken, -bytes);
}

/// <summary>
/// An answer on its way to a client while its rows still come from the database. Sending never makes the reading wait: what the client
/// has not taken yet is kept, up to a bound, so that the connection of the database is free again however slowly the client reads. A client
/// that does not take the next part within <see cref="Patience"/> is cut off. Nothing is sent before <see cref="FlushAt"/> bytes: a failure
/// before that can still become a clean error response.
/// </summary>
internal sealed class AnswerOutput(PipeWriter output, AnswerRoom room, TimeProvider time, Action abort) : IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    const int FlushAt = 48 * 1024;

    /// <summary>What every answer may keep; more comes out of <see cref="AnswerRoom"/>.</summary>
    const int Free = 64 * 1024;

    const int Grant = 64 * 1024;

    /// <summary>The longest usual page (5,000 changes of a push's answer) fits.</summary>
    const int Most = 2 * 1024 * 1024;

    ArrayBufferWriter<byte> _filling = new(16 * 1024);
    ArrayBufferWriter<byte>? _other;
    Task _sending = Task.CompletedTask;
    int _granted = Free;

    public ArrayBufferWriter<byte> Buffer => _filling;

    /// <summary>The client is so far behind that nothing more should be written for it now.</summary>
    public bool IsFull
    {
        get
        {
            if (_sending.IsCompleted)
                return !_sending.IsCompletedSuccessfully;
            if (_filling.WrittenCount < _granted)
                return false;
            if (_granted >= Most || !room.TryTake(Grant))
                return true;
            _granted += Grant;
            return false;
        }
    }

    /// <summary>Begins to send what was written, once it is worth it and what was sent before has been taken. Never waits.</summary>
    public void Pump(CancellationToken cancellationToken)
    {
        if (_filling.WrittenCount < FlushAt || !_sending.IsCompletedSuccessfully)
            return;
        var full = _filling;
        (_filling, _other) = (_other ?? new ArrayBufferWriter<byte>(FlushAt), full);
        _filling.ResetWrittenCount();
        _sending = SendAsync(full.WrittenMemory, cancellationToken);
    }

    /// <summary>Takes back what was written, unless a part of it has left.</summary>
    public bool TryRestart()
    {
        if (_other is not null)
            return false;
        _filling.ResetWrittenCount();
        return true;
    }

    /// <summary>Sends the rest.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        await _sending;
        await SendAsync(_filling.WrittenMemory, cancellationToken);
    }

    public void Dispose()
    {
        room.Return(_granted - Free);
        _granted = Free;
    }

    async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        for (; bytes.Length > 0; bytes = bytes[Math.Min(Grant, bytes.Length)..])
        {
            var flushed = output.WriteAsync(bytes[..Math.Min(Grant, bytes.Length)], cancellationToken);
            if (flushed.IsCompletedSuccessfully)
                continue;
            try
            {
                await flushed.AsTask().WaitAsync(Patience, time, cancellationToken);
            }
            catch (TimeoutException slow)
            {
                abort();
                throw new OperationCanceledException("The client does not read.", slow);
            }
        }
    }
}
