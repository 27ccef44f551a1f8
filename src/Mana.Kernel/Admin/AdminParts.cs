using System.Globalization;
using Mana.Kernel.Pages;

namespace Mana.Kernel.Admin;

/// <summary>What the pages of <c>/admin</c> are made of. On a phone each row of a table is a small card.</summary>
public static class AdminParts
{
    internal const string Style = """
        .admin main, .admin.wide .brand { max-width: 64rem; }
        .admin .tabs a { padding: .75rem .6rem; }
        .aside { margin-left: auto; font-weight: 400; font-size: .9375rem; letter-spacing: 0; }
        .grid { width: 100%; border-collapse: collapse; font-size: .9375rem; font-variant-numeric: tabular-nums; }
        .grid th { text-align: left; font-weight: 600; font-size: .8125rem; color: var(--soft); padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); }
        .grid td { padding: .55rem .75rem .55rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: break-word; }
        .grid tr:last-child td { border-bottom: 0; }
        .grid td:last-child, .grid th:last-child { padding-right: 0; }
        .grid small { display: block; font-weight: 400; overflow-wrap: anywhere; } .grid a { overflow-wrap: anywhere; }
        .grid button, .find button { min-height: 2.25rem; padding: .3rem .8rem; font-size: .875rem; white-space: nowrap; }
        .find { display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; margin: 0 0 1.25rem; }
        .find label { display: grid; gap: .3rem; flex: 1 1 12rem; font-size: .8125rem; color: var(--soft); }
        .find input, .find select { padding: .45rem .7rem; min-height: 2.5rem; font-weight: 400; color: var(--ink); }
        .find button { min-height: 2.5rem; }
        .find label { max-width: 26rem; }
        .find .check { display: flex; flex: 0 0 auto; min-height: 2.5rem; font-size: .9375rem; color: var(--ink); }
        .num { white-space: nowrap; }
        .card > .fine:first-child:last-child { margin: .5rem 0 0; }
        .glances { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .75rem; margin: 0 0 1rem; padding: 0; list-style: none; }
        .glances li { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: .8rem 1rem; overflow-wrap: anywhere; }
        .glances strong { display: block; font-size: 1.25rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
        .glances .bad { border-color: var(--bad); } .glances .bad strong { color: var(--bad); }
        .glances .good strong { color: var(--good); } .glances .warning { border-color: #b7791f; } .glances .warning strong { color: #b7791f; }
        .state { display: inline-block; border-radius: 99px; padding: .05rem .6rem; font-size: .8125rem; font-weight: 600; background: color-mix(in srgb, var(--ink) 8%, transparent); white-space: nowrap; }
        .good.state { background: var(--good-paper); color: var(--good); } .bad.state { background: var(--bad-paper); color: var(--bad); } .warning.state { background: #b7791f22; color: #b7791f; }
        .pager { display: flex; justify-content: space-between; gap: 1rem; margin: 1rem 0 0; }
        .admin .card { overflow-x: auto; }
        .two { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 0 1.5rem; }
        @media (max-width: 44rem) {
          .grid, .grid tbody, .grid tr, .grid td { display: block; } .grid thead { position: absolute; left: -99rem; }
          .grid tr { padding: .7rem 0; border-bottom: 1px solid var(--line); } .grid tr:last-child { border-bottom: 0; }
          .grid td { display: grid; grid-template-columns: 7.5rem 1fr; gap: .75rem; border: 0; padding: .15rem 0; }
          .grid td::before { content: attr(data-label); color: var(--soft); font-size: .8125rem; line-height: 1.8; }
          .grid td > * { grid-column: 2; justify-self: start; min-width: 0; overflow-wrap: anywhere; }
          .grid td.lead-cell { display: block; font-weight: 600; } .grid td.lead-cell::before { content: none; }
          .admin .tabs a { padding: .5rem .55rem; font-size: .9375rem; }
        }
        """;

    /// <summary>A table. The first cell of a row names it.</summary>
    /// <param name="heads">One per cell; an empty one for the cell with buttons.</param>
    public static Markup Table(AdminPage page, IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<Markup>> rows)
    {
        var body = rows.Select(row => Markup.Of($"<tr>{row.Select((cell, i) => Markup.Of($"<td data-label=\"{heads[i]}\"{(i == 0 ? new Markup(" class=\"lead-cell\"") : Markup.None)}><span>{cell}</span></td>"))}</tr>")).ToList();
        return body.Count == 0
            ? Markup.Of($"<p class=\"fine\">{page["Hier ist nichts.", "Nothing here."]}</p>")
            : Markup.Of($"<table class=\"grid\"><thead><tr>{heads.Select(head => Markup.Of($"<th scope=\"col\">{head}</th>"))}</tr></thead><tbody>{body}</tbody></table>");
    }

    public static Markup Card(string? title, Markup content, string? lead = null) => Markup.Of($"""
        <section class="card">{(title is null ? Markup.None : Markup.Of($"<h2>{title}</h2>"))}{(lead is null ? Markup.None : Markup.Of($"<p class=\"lead\">{lead}</p>"))}{content}</section>
        """);

    /// <summary>Names and values, one below the other.</summary>
    public static Markup Facts(params IEnumerable<(string Name, Markup Value)> facts) =>
        Markup.Of($"<dl>{facts.Select(fact => Markup.Of($"<dt>{fact.Name}</dt><dd>{fact.Value}</dd>"))}</dl>");

    public static Markup Text(string? value) => Markup.Of($"{value ?? "–"}");

    public static Markup Code(string? value) => Markup.Of($"<code>{value ?? "–"}</code>");

    public static Markup Number(long value) => Markup.Of($"<span class=\"num\">{value.ToString("#,0", CultureInfo.InvariantCulture)}</span>");

    public static Markup Small(Markup first, string? second) => string.IsNullOrEmpty(second) ? first : Markup.Of($"{first}<small>{second}</small>");

    public static Markup State(string text, AdminState state = AdminState.Plain) => Markup.Of($"<span class=\"{Word(state)} state\">{text}</span>");

    /// <summary>A field to search by, whose value stays in the address.</summary>
    public static Markup Find(AdminPage page, string path, string label, string? value, Markup more = default) => Markup.Of($"""
        <form method="get" action="{path}" class="find" role="search"><label>{label}<input type="search" name="q" value="{value}" maxlength="200" autocomplete="off"></label>{more}{Controls.Button(page["Suchen", "Search"], "secondary")}</form>
        """);

    public static Markup Choice(string name, string label, string? chosen, IEnumerable<(string Value, string Text)> options) => Markup.Of($"""
        <label>{label}<select name="{name}">{options.Select(option => Markup.Of($"<option value=\"{option.Value}\"{(option.Value == (chosen ?? "") ? new Markup(" selected") : Markup.None)}>{option.Text}</option>"))}</select></label>
        """);

    /// <summary>The pages before and after.</summary>
    /// <param name="address">Of a page, without its number.</param>
    public static Markup Pager(AdminPage page, string address, int number, bool hasMore)
    {
        if (number == 1 && !hasMore)
            return Markup.None;
        string At(int wanted) => $"{address}{(address.Contains('?', StringComparison.Ordinal) ? '&' : '?')}page={wanted.ToString(CultureInfo.InvariantCulture)}";
        return Markup.Of($"""
            <nav class="pager" aria-label="{page["Seiten", "Pages"]}"><span>{(number > 1 ? Controls.Link(At(number - 1), page["← Zurück", "← Back"]) : Markup.None)}</span>
            <span>{(hasMore ? Controls.Link(At(number + 1), page["Weiter →", "Next →"]) : Markup.None)}</span></nav>
            """);
    }

    public static Markup Glances(AdminPage page, IEnumerable<AdminGlance> glances) => Markup.Of($"""
        <ul class="glances">{glances.Select(glance => Markup.Of($"<li class=\"{Word(glance.State)}\"><strong>{glance.Value}</strong>{Named(page, glance)}</li>"))}</ul>
        """);

    /// <summary>What the address says was done or not, if it is one of the words of this page.</summary>
    public static Markup Notice(AdminPage page, params (string Word, string De, string En)[] words)
    {
        string? Known(string? said) => Array.Find(words, known => known.Word == said) is { Word: not null } found ? page[found.De, found.En] : null;
        return Markup.Of($"{Controls.Done(Known(page.Query["done"]))}{Controls.Problem(Known(page.Query["failed"]))}");
    }

    /// <summary>How long ago, or ahead, in a word.</summary>
    public static string Span(TimeSpan span) => span.Duration() switch
    {
        { TotalSeconds: < 120 } few => string.Create(CultureInfo.InvariantCulture, $"{few.TotalSeconds:0} s"),
        { TotalMinutes: < 120 } some => string.Create(CultureInfo.InvariantCulture, $"{some.TotalMinutes:0} min"),
        { TotalHours: < 48 } hours => string.Create(CultureInfo.InvariantCulture, $"{hours.TotalHours:0} h"),
        var days => string.Create(CultureInfo.InvariantCulture, $"{days.TotalDays:0} d"),
    };

    public static string Bytes(double bytes) => bytes switch
    {
        < 1e6 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0} kB"),
        < 1e9 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB"),
    };

    static Markup Named(AdminPage page, AdminGlance glance)
    {
        var name = page[glance.De, glance.En];
        return glance.Path is null ? Markup.Of($"{name}") : Controls.Link(glance.Path, name);
    }

    static string Word(AdminState state) => state switch
    {
        AdminState.Good => "good",
        AdminState.Warning => "warning",
        AdminState.Bad => "bad",
        _ => "plain",
    };
}
