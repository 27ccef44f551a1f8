using System.Globalization;
using System.Reflection;
using Mana.Notifications.Contracts;
using Mana.Notifications.Templates;

namespace Mana.Notifications.Tests.Templates;

/// <summary>Every mail in every language is whole (auth.md 23).</summary>
public sealed class CatalogTests
{
    public static TheoryData<string, string> All
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var name in MailCatalog.Values.Keys.Order(StringComparer.Ordinal))
                foreach (var language in MailLanguage.AllOf(name))
                    all.Add(name, language.Code);
            return all;
        }
    }

    static IEnumerable<string> Constants => typeof(MailTemplates).GetFields(BindingFlags.Public | BindingFlags.Static).Select(constant => (string)constant.GetRawConstantValue()!);

    [Fact]
    public void The_contract_the_catalogue_and_the_files_name_the_same_mails()
    {
        var names = Constants.Order(StringComparer.Ordinal).ToList();
        Assert.True(names.Count >= 18);
        Assert.Equal(names, MailCatalog.Values.Keys.Order(StringComparer.Ordinal));
        var files = typeof(MailCatalog).Assembly.GetManifestResourceNames().Where(file => file.Contains('/', StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        Assert.Equal(names.SelectMany(name => MailLanguage.AllOf(name).Select(language => $"{language.Code}/{name}")).Order(StringComparer.Ordinal), files);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_mail_uses_exactly_the_values_it_declares(string name, string language)
    {
        var template = MailCatalog.Find(name, MailLanguage.Of(language, name))!;
        var used = template.Blocks.SelectMany(block => block switch
        {
            MailBlock.Paragraph paragraph => MailTemplateFile.ValuesIn(paragraph.Text),
            MailBlock.Facts facts => facts.Lines.SelectMany(MailTemplateFile.ValuesIn),
            MailBlock.Button button => [button.Link],
            _ => throw new InvalidOperationException(),
        });
        Assert.Equal(MailCatalog.Values[name].Order(StringComparer.Ordinal), used.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        Assert.Empty(MailTemplateFile.ValuesIn(template.Subject));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Both_parts_hold_every_value_and_nothing_is_left_open(string name, string language)
    {
        var mail = MailRenderer.Render(name, language, Samples.Values(name))!;
        Assert.Equal(language, mail.Language);
        Assert.EndsWith(" — Mana", mail.Subject, StringComparison.Ordinal);
        Assert.InRange(mail.Subject.Length, 15, 60);
        foreach (var value in MailCatalog.Values[name])
        {
            var shown = MailValue.Show(value, Samples.Values(name)[value], MailLanguage.Of(language, name));
            Assert.Contains(shown, mail.Text, StringComparison.Ordinal);
            Assert.Contains(MailValue.IsLink(value) ? $"href=\"{shown}\"" : shown, mail.Html, StringComparison.Ordinal);
        }

        foreach (var open in (string[])["{", "}", "]("])
            Assert.DoesNotContain(open, mail.Text, StringComparison.Ordinal);
        foreach (var open in (string[])["{subject}", "{footer}", "{content}", "{language}", "]("])
            Assert.DoesNotContain(open, mail.Html, StringComparison.Ordinal);
        Assert.Contains($"<html lang=\"{language}\">", mail.Html, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme: dark", mail.Html, StringComparison.Ordinal);
    }

    /// <summary>A file that was copied and not translated.</summary>
    [Fact]
    public void The_languages_differ_in_subject_and_text()
    {
        foreach (var name in Constants)
        {
            var mails = MailLanguage.AllOf(name).Select(language => MailRenderer.Render(name, language.Code, Samples.Values(name))!).ToList();
            Assert.Equal(mails.Count, mails.Select(mail => mail.Subject).Distinct(StringComparer.Ordinal).Count());
            Assert.Equal(mails.Count, mails.Select(mail => mail.Text).Distinct(StringComparer.Ordinal).Count());
        }
    }

    [Theory]
    [InlineData("de", "de")]
    [InlineData("en", "en")]
    [InlineData("en-GB", "en")]
    [InlineData("EN_us", "en")]
    [InlineData("fr", "de")]
    [InlineData("", "de")]
    [InlineData("english", "de")]
    public void Other_languages_get_German(string locale, string language) => Assert.Equal(language, MailLanguage.Of(locale, MailTemplates.ResetPassword).Code);

    /// <summary>compute.md 8.8.</summary>
    [Theory]
    [InlineData("fr-CH", "fr", "Rappel")]
    [InlineData("it", "it", "Promemoria")]
    [InlineData("es-MX", "es", "Recordatorio")]
    [InlineData("pl", "de", "Erinnerung")]
    public void Reminders_speak_five_languages_and_say_where_they_are_switched_off(string locale, string language, string subject)
    {
        var mail = MailRenderer.Render(MailTemplates.Reminder, locale, Samples.Values(MailTemplates.Reminder))!;
        Assert.Equal((language, Samples.Values(MailTemplates.Reminder)["settingsLink"]), (mail.Language, mail.Unsubscribe));
        Assert.StartsWith(subject, mail.Subject, StringComparison.Ordinal);
        Assert.Null(MailRenderer.Render(MailTemplates.ResetPassword, locale, Samples.Values(MailTemplates.ResetPassword))!.Unsubscribe);
    }

    [Fact]
    public void Instants_are_told_in_the_language_of_the_mail()
    {
        var instant = DateTimeOffset.Parse("2026-03-01T23:05:00+01:00", CultureInfo.InvariantCulture);
        Assert.Equal("01.03.2026, 22:05 Uhr (UTC)", MailLanguage.German.Tell(instant));
        Assert.Equal("1 March 2026, 22:05 (UTC)", MailLanguage.English.Tell(instant));
    }

    [Fact]
    public void A_file_without_a_subject_or_with_a_value_in_it_is_refused()
    {
        foreach (var text in (string[])["Only a subject", "Two\nlines\n\nText", "Hello {name}\n\nText"])
            Assert.Throws<FormatException>(() => MailTemplateFile.Parse("sample", MailLanguage.German, text));
    }

    [Fact]
    public void A_mail_that_this_version_cannot_write_is_none()
    {
        Assert.Null(MailRenderer.Render("of-tomorrow", "de", Samples.Values(MailTemplates.MagicLink)));
        Assert.Null(MailRenderer.Render(MailTemplates.VerifyAddress, "de", Samples.Values(MailTemplates.MagicLink)));
    }
}
