using System.Buffers;
using Mana.Kernel.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Mana.Sync.Wire;

/// <summary>
/// A request body in one rented block, which grows with what has arrived, whatever was announced. A body over the limit is read to its end
/// and thrown away, as long as that is affordable: the client then reads its 413 on a connection that stays usable, instead of a reset.
/// </summary>
internal sealed class RequestBody : IDisposable
{
    const long DrainLimit = 4L * Limits.BodyBytes;

    /// <summary>A hundred ordinary changes fit.</summary>
    const int FirstBlock = 64 * 1024;

    const int Scratch = 16 * 1024;
    readonly BodyBudget.Share _share;
    byte[] _block = [];
    int _length;

    RequestBody(BodyBudget.Share share) => _share = share;

    public Memory<byte> Memory => _block.AsMemory(0, _length);

    /// <summary>The body, or why there is none: it is larger than <paramref name="limit"/> bytes, or too many are under way.</summary>
    public static async Task<(RequestBody? Body, ApiError? Error)> ReadAsync(HttpContext context, int limit, BodyBudget.Share share, CancellationToken cancellationToken)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = DrainLimit;
        var body = new RequestBody(share);
        var error = default(ApiError?);
        var complete = false;
        try
        {
            error = body.Grow((int)Math.Min(context.Request.ContentLength ?? Scratch, Math.Min(FirstBlock - 1, limit)) + 1)
                ?? await body.FillAsync(context.Request.Body, limit, cancellationToken);
            complete = error is null;
        }
        finally
        {
            if (!complete)
                body.Dispose();
        }

        if (error == Refusals.BodyTooLarge)
            await DrainAsync(context.Request.Body, cancellationToken);
        return complete ? (body, null) : (null, error);
    }

    async Task<ApiError?> FillAsync(Stream source, int limit, CancellationToken cancellationToken)
    {
        while (_length < _block.Length)
        {
            if (await ReadAsync(source, cancellationToken) == 0)
                return null;
        }

        using var deadline = _share.Deadline();
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            while (_length <= limit)
            {
                if (_length == _block.Length && Grow((int)Math.Min(_block.Length * 2L, limit + 1L)) is { } refused)
                    return refused;
                if (await ReadAsync(source, both.Token) == 0)
                    return null;
            }
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return BodyBudget.TooSlow;
        }

        return Refusals.BodyTooLarge;
    }

    async Task<int> ReadAsync(Stream source, CancellationToken cancellationToken)
    {
        var read = await source.ReadAsync(_block.AsMemory(_length), cancellationToken);
        _length += read;
        return read;
    }

    static async Task DrainAsync(Stream source, CancellationToken cancellationToken)
    {
        var scratch = ArrayPool<byte>.Shared.Rent(Scratch);
        try
        {
            while (await source.ReadAsync(scratch, cancellationToken) > 0)
            {
                // Discarded.
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }
    }

    ApiError? Grow(int capacity)
    {
        var larger = ArrayPool<byte>.Shared.Rent(capacity);
        if (_share.Take(larger.Length) is { } refused)
        {
            ArrayPool<byte>.Shared.Return(larger);
            return refused;
        }

        Memory.CopyTo(larger);
        GiveBack();
        _block = larger;
        return null;
    }

    void GiveBack()
    {
        if (_block.Length == 0)
            return;
        ArrayPool<byte>.Shared.Return(_block);
        _share.Return(_block.Length);
        _block = [];
    }

    public void Dispose()
    {
        GiveBack();
        _length = 0;
    }
}
