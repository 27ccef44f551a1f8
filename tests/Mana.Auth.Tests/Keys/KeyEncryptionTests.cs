using System.Security.Cryptography;
using Mana.Auth.Keys;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mana.Auth.Tests.Keys;

public sealed class KeyEncryptionTests
{
    readonly KeyEncryption _encryption = With(RandomNumberGenerator.GetBytes(32));

    [Fact]
    public void What_was_sealed_opens_and_never_looks_the_same_twice()
    {
        var seed = RandomNumberGenerator.GetBytes(32);
        var once = _encryption.Seal("kid", seed);

        Assert.Equal(seed, _encryption.Open("kid", once, KeyEncryption.CurrentVersion));
        Assert.NotEqual(once, _encryption.Seal("kid", seed));
        Assert.Equal(12 + 32 + 16, once.Length);
    }

    [Fact]
    public void A_sealed_key_moved_to_another_row_does_not_open() =>
        Assert.ThrowsAny<CryptographicException>(() => _encryption.Open("other", _encryption.Seal("kid", new byte[32]), KeyEncryption.CurrentVersion));

    [Fact]
    public void Another_key_encryption_key_or_version_does_not_open_it()
    {
        var sealedSeed = _encryption.Seal("kid", new byte[32]);

        var wrong = Assert.ThrowsAny<CryptographicException>(() => With(new byte[32]).Open("kid", sealedSeed, KeyEncryption.CurrentVersion));
        Assert.Contains("MANA_AUTH_KEK", wrong.Message, StringComparison.Ordinal);
        Assert.ThrowsAny<CryptographicException>(() => _encryption.Open("kid", sealedSeed, 2));
    }

    [Fact]
    public void The_development_key_is_announced_loudly()
    {
        var log = new Recorder();
        _ = new KeyEncryption(new AuthOptions(), new TestIds(), log);
        _ = new KeyEncryption(new AuthOptions { KeyEncryptionKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) }, new TestIds(), log);

        Assert.Contains("MANA_AUTH_KEK", Assert.Single(log.Warnings), StringComparison.Ordinal);
    }

    static KeyEncryption With(byte[] key) =>
        new(new AuthOptions { KeyEncryptionKey = Convert.ToBase64String(key) }, new TestIds(), NullLogger<KeyEncryption>.Instance);

    sealed class Recorder : ILogger<KeyEncryption>
    {
        public List<string> Warnings { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Warning)
                Warnings.Add(formatter(state, exception));
        }
    }
}
