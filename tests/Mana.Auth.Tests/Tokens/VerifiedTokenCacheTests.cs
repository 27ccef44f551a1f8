using Mana.Auth.Tokens;
using Mana.Kernel.Identity;

namespace Mana.Auth.Tests.Tokens;

public sealed class VerifiedTokenCacheTests
{
    [Fact]
    public void It_keeps_the_recent_half_and_never_more_than_its_bound()
    {
        var cache = new VerifiedTokenCache();
        var digests = Enumerable.Range(0, 3 * VerifiedTokenCache.Bound).Select(number => TokenDigest.Of($"token {number}")).ToList();
        foreach (var digest in digests)
            cache.Add(digest, new VerifiedToken(new CurrentUser("u", null, null, "user", "public", DateTimeOffset.MaxValue), null, "kid"));

        var kept = digests.Count(digest => cache.Find(digest) is not null);
        Assert.InRange(kept, VerifiedTokenCache.Bound / 2, VerifiedTokenCache.Bound);
        Assert.All(digests.TakeLast(VerifiedTokenCache.Bound / 2), digest => Assert.NotNull(cache.Find(digest)));
        Assert.Null(cache.Find(digests[0]));
    }
}
