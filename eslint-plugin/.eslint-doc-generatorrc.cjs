/** The table of the README says more than a generated one can; the head of each page is generated. */
module.exports = {
  ruleDocTitleFormat: 'name',
  ruleDocNotices: ['description', 'configs', 'fixableAndHasSuggestions'],
  pathRuleList: 'docs/rules.md',
  ruleListColumns: ['name', 'description', 'configsError', 'fixable', 'hasSuggestions'],
  configEmoji: [
    ['recommended', '✅'],
    ['typed', '⌨️'],
    ['all', '🌐'],
  ],
};
