using Mana.Kernel.Telemetry;
using Xunit;

namespace Mana.Kernel.Tests.Telemetry;

public sealed class SpanRedactorTests
{
    [Theory]
    [InlineData("GET /feeds/{id}", "GET /feeds/{id}")]
    [InlineData("/callback?code=abc&state=d next", "/callback next")]
    [InlineData("https://api.example.org?key=1", "https://api.example.org")]
    [InlineData("mail to ann+x@example.org failed", "mail to [redacted] failed")]
    [InlineData("Bearer abc.def", "[redacted]")]
    [InlineData("jwt=eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2ln!", "jwt=[redacted]!")]
    [InlineData("really?", "really?")]
    public void Text(string text, string expected) => Assert.Equal(expected, SpanRedactor.Clean(text));

    [Theory]
    [InlineData("SELECT * FROM a WHERE b = $1", "SELECT * FROM a WHERE b = $1")]
    [InlineData("UPDATE a SET b = 'it''s', c = 'x'", "UPDATE a SET b = '?', c = '?'")]
    public void Sql(string text, string expected) => Assert.Equal(expected, SpanRedactor.CleanSql(text));
}
