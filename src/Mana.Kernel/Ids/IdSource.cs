using System.Security.Cryptography;

namespace Mana.Kernel.Ids;

/// <summary>Where identifiers and secrets come from. Tests and simulations replace it to make a run repeatable.</summary>
public interface IIdSource
{
    /// <summary>A UUIDv7 (RFC 9562 5.7): sorts by creation time, so indexes grow at their right edge.</summary>
    Guid NewGuid();

    /// <summary>Fills the span from the cryptographic random source.</summary>
    void Fill(Span<byte> secret);

    /// <summary>An opaque id of 32 lower-case hex characters, the length of the original's ids (auth.md, conventions).</summary>
    string NewId() => NewGuid().ToString("N");
}

internal sealed class IdSource(TimeProvider time) : IIdSource
{
    public Guid NewGuid() => Guid.CreateVersion7(time.GetUtcNow());

    public void Fill(Span<byte> secret) => RandomNumberGenerator.Fill(secret);
}
