using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Mana.Sync.Wire;

/// <summary>
/// A request body in one rented block. A body over the limit is read to its end and thrown away, as long as that is affordable: the
/// client then reads its 413 on a connection that stays usable, instead of a reset.
/// </summary>
internal sealed class RequestBody : IDisposable
{
    const long DrainLimit = 4L * Limits.BodyBytes;
    byte[] _block;
    int _length;

    RequestBody(int capacity) => _block = ArrayPool<byte>.Shared.Rent(capacity);

    public Memory<byte> Memory => _block.AsMemory(0, _length);

    /// <summary>Null when the body is larger than <paramref name="limit"/> bytes.</summary>
    public static async Task<RequestBody?> ReadAsync(HttpContext context, int limit, CancellationToken cancellationToken)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = DrainLimit;
        var announced = context.Request.ContentLength ?? 16 * 1024;
        var body = new RequestBody((int)Math.Min(announced, limit) + 1);
        var complete = false;
        try
        {
            complete = await body.FillAsync(context.Request.Body, limit, cancellationToken);
            if (!complete)
                await DrainAsync(context.Request.Body, body._block, cancellationToken);
            return complete ? body : null;
        }
        finally
        {
            if (!complete)
                body.Dispose();
        }
    }

    async Task<bool> FillAsync(Stream source, int limit, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_length == _block.Length)
                Grow(limit);
            var read = await source.ReadAsync(_block.AsMemory(_length), cancellationToken);
            if (read == 0)
                return _length <= limit;
            _length += read;
            if (_length > limit)
                return false;
        }
    }

    static async Task DrainAsync(Stream source, byte[] scratch, CancellationToken cancellationToken)
    {
        while (await source.ReadAsync(scratch, cancellationToken) > 0)
        {
            // Discarded.
        }
    }

    void Grow(int limit)
    {
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(_block.Length * 2L, limit + 1L));
        Memory.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_block);
        _block = larger;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_block);
        _block = [];
        _length = 0;
    }
}
