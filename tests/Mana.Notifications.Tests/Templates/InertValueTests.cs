using System.Net;
using Mana.Notifications.Contracts;
using Mana.Notifications.Templates;

namespace Mana.Notifications.Tests.Templates;

/// <summary>W14: names come from strangers. Whatever they hold, they are a name in a mail and nothing else.</summary>
public sealed class InertValueTests
{
    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("<a href=\"https://evil.example\">click</a>")]
    [InlineData("\"><img src=x onerror=alert(1)>")]
    [InlineData("' onmouseover='alert(1)")]
    [InlineData("</p></td></tr></table><h1>Mana</h1>")]
    [InlineData("&lt;b&gt; & <b>")]
    public void Markup_in_a_name_is_text(string name)
    {
        var mail = Invitation(name);
        var harmless = Invitation("harmless");
        // The same tags as with a harmless name, none more.
        Assert.Equal(Count(harmless.Html, '<'), Count(mail.Html, '<'));
        Assert.Equal(Count(harmless.Html, '"'), Count(mail.Html, '"'));
        Assert.Contains(name, mail.Text, StringComparison.Ordinal);
        Assert.Contains(name, WebUtility.HtmlDecode(mail.Html), StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_cannot_reach_for_other_values_or_for_the_layout()
    {
        var mail = Invitation("{inviteLink} {footer} {content} [Click]({inviteLink})");
        Assert.Contains("{inviteLink} {footer} {content} [Click]({inviteLink})", mail.Text, StringComparison.Ordinal);
        Assert.Contains("{inviteLink} {footer} {content} [Click]({inviteLink})", mail.Html, StringComparison.Ordinal);
        Assert.Equal(Count(Invitation("harmless").Html, '<'), Count(mail.Html, '<'));
    }

    [Theory]
    [InlineData("Ada\r\nBcc: eve@evil.example", "Ada Bcc: eve@evil.example")]
    [InlineData("Ada\n\n[Button](x)", "Ada [Button](x)")]
    [InlineData("a\u202Egnp.exe", "a gnp.exe")]
    [InlineData("zero\u200Bwidth\u2028line\u0007bell", "zero width line bell")]
    [InlineData("  \t Ada \u0085 ", "Ada")]
    [InlineData("👩‍👩‍👧 Müller", "👩‍👩‍👧 Müller")]
    public void A_name_is_one_visible_line(string name, string shown)
    {
        Assert.Equal(shown, MailValue.Show("space", name, MailLanguage.German));
        Assert.Contains($"„{shown}“", Invitation(name).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_letter_in_a_name_is_cut_between_characters()
    {
        var shown = MailValue.Show("space", string.Concat(Enumerable.Repeat("👩‍👩‍👧", 500)), MailLanguage.German);
        Assert.Equal(string.Concat(Enumerable.Repeat("👩‍👩‍👧", 100)) + "…", shown);
    }

    static RenderedMail Invitation(string space) => MailRenderer.Render(
        MailTemplates.Invitation, "de", new Dictionary<string, string>(Samples.Values(MailTemplates.Invitation), StringComparer.Ordinal) { ["space"] = space })!;

    static int Count(string text, char letter) => text.Count(one => one == letter);
}
