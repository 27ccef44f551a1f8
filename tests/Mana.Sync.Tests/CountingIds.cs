using Mana.Kernel.Ids;

namespace Mana.Sync.Tests;

/// <summary>Ids 1, 2, 3, …: the same in every run.</summary>
internal sealed class CountingIds : IIdSource
{
    int _last;

    public Guid NewGuid() => new(++_last, 0, 0, new byte[8]);

    public void Fill(Span<byte> secret) => secret.Fill((byte)++_last);
}
