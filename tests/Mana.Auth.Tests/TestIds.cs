using System.Security.Cryptography;
using Mana.Kernel.Ids;

namespace Mana.Auth.Tests;

internal sealed class TestIds : IIdSource
{
    public Guid NewGuid() => Guid.NewGuid();

    public void Fill(Span<byte> secret) => RandomNumberGenerator.Fill(secret);
}
